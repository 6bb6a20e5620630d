//! Projects.

use tacit_core::id::ProjectId;
use tacit_store::{
    StoreError, commits, organizations,
    project_memberships::Member,
    projects::{self, ProjectRow},
};

use crate::{
    engines::each_engine,
    fixtures::{after, identity_row, join, organization, project, project_row, user},
};

#[tokio::test]
async fn a_project_is_found_in_its_organization_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let row = project_row(&acme, "shop");
        projects::insert(&mut db, &row).await.unwrap();

        assert_eq!(projects::find(&mut db, &acme, &row.id).await.unwrap(), Some(row.clone()));
        assert_eq!(projects::find(&mut db, &other, &row.id).await.unwrap(), None);
        assert_eq!(projects::find_by_slug(&mut db, &acme, "shop").await.unwrap(), Some(row.clone()));
        assert_eq!(projects::find_by_slug(&mut db, &other, "shop").await.unwrap(), None);
        assert_eq!(projects::list(&mut db, &acme, 9).await.unwrap(), [row]);
        assert_eq!(projects::list(&mut db, &other, 9).await.unwrap(), []);
        assert_eq!(projects::list(&mut db, &acme, 0).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn revisions_are_those_of_the_project_and_its_organization() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let row = project_row(&acme, "shop");
        projects::insert(&mut db, &row).await.unwrap();
        let before = projects::revisions(&mut db, &row.id).await.unwrap().unwrap();

        commits::next_revision(&mut db, &row.id).await.unwrap();
        organizations::raise_access_revision(&mut db, &acme).await.unwrap();

        let after = projects::revisions(&mut db, &row.id).await.unwrap().unwrap();
        assert_eq!(
            (after.revision, after.access_revision),
            (before.revision + 1, before.access_revision + 1)
        );
        assert_eq!(projects::revisions(&mut db, &ProjectId::new("other")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_slug_is_unique_in_its_organization() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        project(&mut db, &acme, "shop").await;
        let of_other = ProjectRow { id: ProjectId::new("second"), ..project_row(&other, "shop") };
        projects::insert(&mut db, &of_other).await.unwrap();

        let again = ProjectRow { id: ProjectId::new("third"), ..project_row(&acme, "shop") };
        let refused = projects::insert(&mut db, &again).await;

        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn settings_are_written_and_nothing_else() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let row = project_row(&acme, "shop");
        projects::insert(&mut db, &row).await.unwrap();
        let changed = ProjectRow {
            name: "Store".to_owned(),
            slug: "store".to_owned(),
            description: Some("ours".to_owned()),
            auto_capitalization: false,
            has_delete_protection: true,
            secret_sharing: false,
            show_snapshots_legacy: true,
            pit_version_limit: 20,
            audit_logs_retention_days: Some(30),
            plaintext_reads: false,
            updated_at: after(5),
            ..row.clone()
        };

        projects::update(&mut db, &ProjectRow { revision: 99, ..changed.clone() }).await.unwrap();

        assert_eq!(projects::find(&mut db, &acme, &row.id).await.unwrap(), Some(changed));
    })
    .await;
}

#[tokio::test]
async fn a_protected_project_is_not_deleted() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let row = ProjectRow { has_delete_protection: true, ..project_row(&acme, "shop") };
        projects::insert(&mut db, &row).await.unwrap();

        assert!(!projects::delete(&mut db, &row.id).await.unwrap());
        projects::update(&mut db, &ProjectRow { has_delete_protection: false, ..row.clone() }).await.unwrap();
        assert!(projects::delete(&mut db, &row.id).await.unwrap());
        assert!(!projects::delete(&mut db, &row.id).await.unwrap());
        assert_eq!(projects::find(&mut db, &acme, &row.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn members_of_both_kinds_see_their_projects_of_one_organization() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        let elsewhere = project(&mut db, &other, "elsewhere").await;
        let ada = user(&mut db, &acme, "ada").await;
        let robot = identity_row(&acme, "robot");
        tacit_store::identities::insert(&mut db, &robot).await.unwrap();
        let (ada, robot) = (Member::User(&ada), Member::Identity(&robot.id));
        for (place, member) in [(&one, ada), (&elsewhere, ada), (&two, robot)] {
            join(&mut db, place, member).await;
        }

        for (member, organization, expected) in [
            (ada, &acme, vec![one]),
            (ada, &other, vec![elsewhere]),
            (robot, &acme, vec![two]),
            (robot, &other, vec![]),
        ] {
            let rows = projects::list_of_member(&mut db, organization, member, 9).await.unwrap();
            assert_eq!(rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), expected);
        }
    })
    .await;
}
