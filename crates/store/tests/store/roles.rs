//! Custom roles, privileges, groups, and what they give whom.

use tacit_core::id::{GroupId, PrivilegeId, RoleId};
use tacit_store::{
    Connection, StoreError,
    additional_privileges::{self, PrivilegeRow},
    groups::{self, GroupRow},
    identities, organization_grants, project_grants,
    project_memberships::{self, Member, MembershipRoleRow, MembershipRow},
    projects,
    roles::{self, RoleRow},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, identity_row, join, organization, project, role_row, user},
};

fn custom_role(organization: &str, project: Option<&str>, slug: &str) -> RoleRow {
    RoleRow {
        id: RoleId::new(format!("{slug} of {project:?}")),
        organization_id: organization.to_owned().into(),
        project_id: project.map(|id| id.to_owned().into()),
        slug: slug.to_owned(),
        name: "Name".to_owned(),
        description: None,
        permissions: format!("[{{\"subject\":\"{slug}\",\"action\":\"read\"}}]"),
        created_at: START,
        updated_at: START,
    }
}

fn group_row(organization: &str, slug: &str, role: &str) -> GroupRow {
    GroupRow {
        id: GroupId::new(slug),
        organization_id: organization.to_owned().into(),
        name: slug.to_owned(),
        slug: slug.to_owned(),
        role: role.to_owned(),
        custom_role_id: None,
        created_at: START,
        updated_at: START,
    }
}

fn privilege_row(membership: &MembershipRow, slug: &str) -> PrivilegeRow {
    PrivilegeRow {
        id: PrivilegeId::new(format!("{slug} of {}", membership.id)),
        membership_id: membership.id.clone(),
        slug: slug.to_owned(),
        permissions: "[]".to_owned(),
        is_temporary: true,
        temporary_range: Some("1h".to_owned()),
        starts_at: Some(START),
        ends_at: Some(after(3600)),
        created_at: START,
        updated_at: START,
    }
}

async fn give_custom(db: &mut Connection, membership: &MembershipRow, role: &RoleRow) {
    let row = MembershipRoleRow {
        custom_role_id: Some(role.id.clone()),
        id: format!("{} of {}", role.id, membership.id),
        ..role_row(membership, "custom")
    };
    project_memberships::insert_role(db, &row).await.unwrap();
}

#[tokio::test]
async fn a_slug_is_taken_once_in_an_organization_and_once_in_each_project() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        for place in [None, Some("one"), Some("two")] {
            roles::insert(&mut db, &custom_role("acme", place, "reader")).await.unwrap();
        }
        let own = custom_role("acme", Some("one"), "reader");
        assert_eq!(roles::find(&mut db, &acme, Some(&one), &own.id).await.unwrap(), Some(own.clone()));
        assert_eq!(roles::find(&mut db, &acme, Some(&two), &own.id).await.unwrap(), None);
        assert_eq!(roles::find(&mut db, &acme, None, &own.id).await.unwrap(), None);
        assert_eq!(roles::find_anywhere(&mut db, &acme, &own.id).await.unwrap(), Some(own.clone()));
        let found = roles::find_by_slug(&mut db, &acme, None, "reader").await.unwrap();
        assert_eq!(found, Some(custom_role("acme", None, "reader")));
        assert_eq!(roles::list(&mut db, &acme, Some(&one)).await.unwrap(), std::slice::from_ref(&own));
        assert_eq!(roles::count(&mut db, &acme, None).await.unwrap(), 1);
        let changed = RoleRow { name: "Other".to_owned(), updated_at: after(1), ..own.clone() };
        roles::update(&mut db, &changed).await.unwrap();
        assert_eq!(roles::find_anywhere(&mut db, &acme, &own.id).await.unwrap(), Some(changed));
        roles::delete(&mut db, &own.id).await.unwrap();
        assert_eq!(roles::count(&mut db, &acme, Some(&one)).await.unwrap(), 0);
        let again = RoleRow { id: RoleId::new("again"), ..custom_role("acme", None, "reader") };
        assert!(matches!(roles::insert(&mut db, &again).await, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn a_role_that_somebody_has_is_not_deleted_but_goes_with_its_project() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let shop = project(&mut db, &acme, "shop").await;
        let ada = user(&mut db, &acme, "ada").await;
        let role = custom_role("acme", Some("shop"), "reader");
        roles::insert(&mut db, &role).await.unwrap();
        let membership = join(&mut db, &shop, Member::User(&ada)).await;
        give_custom(&mut db, &membership, &role).await;
        assert_eq!(roles::count_holders(&mut db, &role.id).await.unwrap(), 1);
        projects::delete(&mut db, &shop).await.unwrap();
        assert_eq!(roles::find_anywhere(&mut db, &acme, &role.id).await.unwrap(), None);

        let bot = identities::find(&mut db, &acme, &"bot".to_owned().into()).await.unwrap();
        assert_eq!(bot, None);
        let role = custom_role("acme", None, "auditor");
        roles::insert(&mut db, &role).await.unwrap();
        let mut bot = identity_row(&acme, "bot");
        bot.custom_role_id = Some(role.id.clone());
        identities::insert(&mut db, &bot).await.unwrap();
        assert_eq!(roles::count_holders(&mut db, &role.id).await.unwrap(), 1);
        assert!(matches!(roles::delete(&mut db, &role.id).await, Err(StoreError::Related)));
    })
    .await;
}

#[tokio::test]
async fn what_counts_in_a_project_is_own_roles_privileges_and_those_of_groups() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let (shop, other) = (project(&mut db, &acme, "shop").await, project(&mut db, &acme, "other").await);
        let (ada, bob) = (user(&mut db, &acme, "ada").await, user(&mut db, &acme, "bob").await);
        let role = custom_role("acme", Some("shop"), "reader");
        roles::insert(&mut db, &role).await.unwrap();
        let own = join(&mut db, &shop, Member::User(&ada)).await;
        give_custom(&mut db, &own, &role).await;
        let privilege = privilege_row(&own, "more");
        additional_privileges::insert(&mut db, &privilege).await.unwrap();
        groups::insert(&mut db, &group_row("acme", "ops", "member")).await.unwrap();
        let ops = GroupId::new("ops");
        let row = MembershipRow {
            id: "ops in shop".to_owned().into(),
            user_id: None,
            group_id: Some(ops.clone()),
            ..own.clone()
        };
        project_memberships::insert(&mut db, &row).await.unwrap();
        project_memberships::insert_role(&mut db, &role_row(&row, "viewer")).await.unwrap();
        for person in [&ada, &bob] {
            groups::add_user(&mut db, &ops, person, START).await.unwrap();
        }

        let mut of_ada = project_grants::of_member(&mut db, &shop, Member::User(&ada)).await.unwrap();
        of_ada.sort_by(|one, other| (one.is_privilege, &one.role).cmp(&(other.is_privilege, &other.role)));
        let facts: Vec<_> = of_ada
            .iter()
            .map(|grant| {
                (grant.role.as_str(), grant.custom_role_slug.as_deref(), grant.permissions.as_deref())
            })
            .collect();
        let permissions = Some(role.permissions.as_str());
        assert_eq!(
            facts,
            [("custom", Some("reader"), permissions), ("viewer", None, None), ("custom", None, Some("[]"))]
        );
        assert_eq!((of_ada[2].starts_at, of_ada[2].ends_at), (Some(START), Some(after(3600))));
        let of_bob = project_grants::of_member(&mut db, &shop, Member::User(&bob)).await.unwrap();
        assert_eq!(of_bob.len(), 1);
        assert_eq!(project_grants::of_member(&mut db, &other, Member::User(&bob)).await.unwrap(), []);
        assert_eq!(
            project_grants::in_organization(&mut db, &acme, Member::User(&ada)).await.unwrap().len(),
            3
        );
        assert_eq!(project_grants::of_group(&mut db, &ops).await.unwrap(), of_bob);
        assert_eq!(project_grants::of_membership(&mut db, &own.id).await.unwrap().len(), 2);
        assert_eq!(project_grants::rules_in_project(&mut db, &shop).await.unwrap().len(), 2);
        assert_eq!(projects::list_of_member(&mut db, &acme, Member::User(&ada), 9).await.unwrap().len(), 1);
        assert_eq!(projects::list_of_member(&mut db, &acme, Member::User(&bob), 9).await.unwrap().len(), 1);

        assert!(groups::remove_user(&mut db, &ops, &ada).await.unwrap());
        assert!(!groups::remove_user(&mut db, &ops, &ada).await.unwrap());
        assert_eq!(project_grants::of_member(&mut db, &shop, Member::User(&ada)).await.unwrap().len(), 2);
        groups::delete(&mut db, &ops).await.unwrap();
        assert_eq!(project_grants::of_member(&mut db, &shop, Member::User(&bob)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn roles_of_groups_count_in_the_organization() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let ada = user(&mut db, &acme, "ada").await;
        let bot = identity_row(&acme, "bot");
        identities::insert(&mut db, &bot).await.unwrap();
        let role = custom_role("acme", None, "auditor");
        roles::insert(&mut db, &role).await.unwrap();
        let mut ops = group_row("acme", "ops", "custom");
        ops.custom_role_id = Some(role.id.clone());
        groups::insert(&mut db, &ops).await.unwrap();
        groups::insert(&mut db, &group_row("acme", "devs", "member")).await.unwrap();
        let members = [Member::User(&ada), Member::Identity(&bot.id)];
        for member in members {
            let alone = organization_grants::of_member(&mut db, &acme, member).await.unwrap().unwrap();
            assert_eq!(
                (alone.role.as_str(), alone.role_permissions, alone.group_roles),
                ("member", None, None)
            );
        }
        for group in ["ops", "devs"].map(GroupId::new) {
            groups::add_user(&mut db, &group, &ada, START).await.unwrap();
            groups::add_identity(&mut db, &group, &bot.id, START).await.unwrap();
            assert_eq!(groups::count_members(&mut db, &group).await.unwrap(), 2);
        }
        for member in members {
            let grants = organization_grants::of_member(&mut db, &acme, member).await.unwrap().unwrap();
            let text = grants.group_roles.unwrap();
            let orders =
                [format!("[{},\"member\"]", role.permissions), format!("[\"member\",{}]", role.permissions)];
            assert!(orders.contains(&text), "{text}");
        }
        let of_group = organization_grants::of_group(&mut db, &ops.id).await.unwrap().unwrap();
        assert_eq!(of_group.role_permissions, Some(role.permissions));
        let users = groups::list_users(&mut db, &acme, &ops.id).await.unwrap();
        assert_eq!((users[0].email.as_str(), users[0].joined_at), ("ada@example.test", Some(START)));
        assert!(groups::remove_identity(&mut db, &ops.id, &bot.id).await.unwrap());
        let machines = groups::list_identities(&mut db, &acme, &ops.id).await.unwrap();
        assert_eq!((machines.len(), machines[0].joined_at), (1, None));
        assert_eq!(groups::list(&mut db, &acme).await.unwrap().len(), 2);
        assert_eq!(groups::find_by_slug(&mut db, &acme, "ops").await.unwrap(), Some(ops.clone()));
        ops.name = "Operations".to_owned();
        groups::update(&mut db, &ops).await.unwrap();
        assert_eq!(groups::find(&mut db, &acme, &ops.id).await.unwrap(), Some(ops));
        assert_eq!(groups::count(&mut db, &acme).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_privilege_belongs_to_one_membership_and_ends_with_it() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let shop = project(&mut db, &acme, "shop").await;
        let ada = user(&mut db, &acme, "ada").await;
        let membership = join(&mut db, &shop, Member::User(&ada)).await;
        let row = privilege_row(&membership, "more");
        additional_privileges::insert(&mut db, &row).await.unwrap();
        let again = PrivilegeRow { id: PrivilegeId::new("again"), ..row.clone() };
        assert_eq!(additional_privileges::find(&mut db, &acme, &row.id).await.unwrap(), Some(row.clone()));
        let other = organization(&mut db, "other").await;
        assert_eq!(additional_privileges::find(&mut db, &other, &row.id).await.unwrap(), None);
        let by_slug = additional_privileges::find_by_slug(&mut db, &membership.id, "more").await.unwrap();
        assert_eq!(by_slug, Some(row.clone()));
        let changed =
            PrivilegeRow { slug: "less".to_owned(), is_temporary: false, ends_at: None, ..row.clone() };
        additional_privileges::update(&mut db, &changed).await.unwrap();
        assert_eq!(additional_privileges::list(&mut db, &membership.id).await.unwrap(), [changed]);
        additional_privileges::insert(&mut db, &again).await.unwrap();
        assert_eq!(additional_privileges::count(&mut db, &membership.id).await.unwrap(), 2);
        additional_privileges::delete(&mut db, &again.id).await.unwrap();
        project_memberships::delete(&mut db, &membership.id).await.unwrap();
        assert_eq!(additional_privileges::find(&mut db, &acme, &row.id).await.unwrap(), None);
        let refused = additional_privileges::insert(&mut db, &again).await;
        assert!(matches!(refused, Err(StoreError::Related)), "{refused:?}");
    })
    .await;
}
