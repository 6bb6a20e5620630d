//! Who is in a project, and with which roles.

use tacit_core::id::{IdentityId, MembershipId};
use tacit_store::{
    Connection, StoreError, identities,
    project_memberships::{self, Member, MembershipRoleRow, MembershipRow},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, identity_row, join, machine, organization, project, role_row, user},
};

/// Gives a membership a role that does not end.
async fn give(db: &mut Connection, membership: &MembershipRow, role: &str) -> MembershipRoleRow {
    let row = role_row(membership, role);
    project_memberships::insert_role(db, &row).await.unwrap();
    row
}

#[tokio::test]
async fn a_membership_is_found_by_its_member_and_by_its_id() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        let ada = user(&mut db, &acme, "ada").await;
        let robot = identity_row(&acme, "robot");
        identities::insert(&mut db, &robot).await.unwrap();
        for member in [Member::User(&ada), Member::Identity(&robot.id)] {
            let row = join(&mut db, &one, member).await;

            assert_eq!(project_memberships::find(&mut db, &one, member).await.unwrap(), Some(row.clone()));
            assert_eq!(project_memberships::find(&mut db, &two, member).await.unwrap(), None);
            let by_id = project_memberships::find_by_id(&mut db, &acme, &row.id).await.unwrap();
            assert_eq!(by_id, Some(row.clone()));
            assert_eq!(project_memberships::find_by_id(&mut db, &other, &row.id).await.unwrap(), None);
            let own = project_memberships::list_of_member(&mut db, &acme, member).await.unwrap();
            assert_eq!(own, [row]);
            assert_eq!(project_memberships::list_of_member(&mut db, &other, member).await.unwrap(), []);
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_is_in_a_project_twice() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let shop = project(&mut db, &acme, "shop").await;
        let ada = user(&mut db, &acme, "ada").await;
        let row = join(&mut db, &shop, Member::User(&ada)).await;

        let again = MembershipRow { id: MembershipId::new("again"), ..row };
        let refused = project_memberships::insert(&mut db, &again).await;

        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn roles_belong_to_one_membership_and_end_with_it() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let shop = project(&mut db, &acme, "shop").await;
        let (ada, bob) = (user(&mut db, &acme, "ada").await, user(&mut db, &acme, "bob").await);
        let of_ada = join(&mut db, &shop, Member::User(&ada)).await;
        let of_bob = join(&mut db, &shop, Member::User(&bob)).await;
        let viewer = give(&mut db, &of_ada, "viewer").await;
        let temporary = MembershipRoleRow {
            is_temporary: true,
            temporary_range: Some("1h".to_owned()),
            starts_at: Some(START),
            ends_at: Some(after(3600)),
            ..role_row(&of_bob, "admin")
        };
        project_memberships::insert_role(&mut db, &temporary).await.unwrap();

        assert_eq!(
            project_memberships::roles(&mut db, &of_ada.id).await.unwrap(),
            std::slice::from_ref(&viewer)
        );
        assert_eq!(project_memberships::roles(&mut db, &of_bob.id).await.unwrap(), [temporary]);
        let all = project_memberships::all_roles_of(&mut db, &acme, Member::User(&ada)).await.unwrap();
        assert_eq!(all, [viewer]);
        assert_eq!(project_memberships::roles_in_project(&mut db, &shop).await.unwrap().len(), 2);

        project_memberships::clear_roles(&mut db, &of_ada.id, after(5)).await.unwrap();
        assert_eq!(project_memberships::roles(&mut db, &of_ada.id).await.unwrap(), []);
        let row = project_memberships::find(&mut db, &shop, Member::User(&ada)).await.unwrap().unwrap();
        assert_eq!(row.updated_at, after(5));
        project_memberships::delete(&mut db, &of_bob.id).await.unwrap();
        assert_eq!(project_memberships::roles_in_project(&mut db, &shop).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn only_roles_without_an_end_count_as_permanent() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let (shop, other) = (project(&mut db, &acme, "shop").await, project(&mut db, &acme, "other").await);
        let (ada, bob) = (user(&mut db, &acme, "ada").await, user(&mut db, &acme, "bob").await);
        let of_ada = join(&mut db, &shop, Member::User(&ada)).await;
        let of_bob = join(&mut db, &shop, Member::User(&bob)).await;
        let elsewhere = join(&mut db, &other, Member::User(&bob)).await;
        give(&mut db, &of_ada, "admin").await;
        give(&mut db, &of_bob, "viewer").await;
        give(&mut db, &elsewhere, "admin").await;
        let temporary = MembershipRoleRow { is_temporary: true, ..role_row(&of_bob, "admin") };
        project_memberships::insert_role(&mut db, &temporary).await.unwrap();

        assert_eq!(project_memberships::count_permanent(&mut db, &shop, "admin").await.unwrap(), 1);
        assert_eq!(project_memberships::count_permanent(&mut db, &shop, "member").await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn members_are_listed_with_what_people_see_of_them() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let acme = tacit_core::id::OrganizationId::new("acme");
        let shop = project(&mut db, &acme, "shop").await;
        let ada = user(&mut db, &acme, "ada").await;
        let of_ada = join(&mut db, &shop, Member::User(&ada)).await;
        let of_machine = join(&mut db, &shop, Member::Identity(&method.identity_id)).await;

        let users = project_memberships::list_users(&mut db, &shop).await.unwrap();
        assert_eq!(users.len(), 1);
        assert_eq!((&users[0].id, &users[0].user_id), (&of_ada.id, &ada));
        assert_eq!(users[0].email, "ada@example.test");
        assert_eq!(project_memberships::list_users_that_count(&mut db, &shop).await.unwrap(), users);
        for (column, value) in [("is_active", "FALSE"), ("accepted_at", "NULL")] {
            db.execute("UPDATE organization_memberships SET is_active = TRUE, accepted_at = 1", &[])
                .await
                .unwrap();
            let sql = format!("UPDATE organization_memberships SET {column} = {value}");
            db.execute(&sql, &[]).await.unwrap();
            assert_eq!(project_memberships::list_users_that_count(&mut db, &shop).await.unwrap(), []);
        }
        let identities = project_memberships::list_identities(&mut db, &shop).await.unwrap();
        assert_eq!(identities.len(), 1);
        assert_eq!((&identities[0].id, identities[0].name.as_str()), (&of_machine.id, "ci"));
        let methods = project_memberships::auth_methods_of_members(&mut db, &shop).await.unwrap();
        assert_eq!((&methods[0].identity_id, &methods[0].method), (&method.identity_id, &method.method));
        assert_eq!(methods.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_those_of_the_organization_can_be_added() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let ada = user(&mut db, &acme, "ada").await;
        let robot = identity_row(&acme, "robot");
        identities::insert(&mut db, &robot).await.unwrap();
        let email = "ada@example.test";

        assert_eq!(project_memberships::find_user_to_add(&mut db, &acme, email).await.unwrap(), Some(ada));
        assert_eq!(project_memberships::find_user_to_add(&mut db, &other, email).await.unwrap(), None);
        assert_eq!(project_memberships::find_user_to_add(&mut db, &acme, "ghost").await.unwrap(), None);
        assert!(project_memberships::is_identity_of(&mut db, &acme, &robot.id).await.unwrap());
        assert!(!project_memberships::is_identity_of(&mut db, &other, &robot.id).await.unwrap());
        let unknown = IdentityId::new("unknown");
        assert!(!project_memberships::is_identity_of(&mut db, &acme, &unknown).await.unwrap());
    })
    .await;
}
