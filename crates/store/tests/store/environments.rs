//! Environments of projects.

use tacit_core::id::{EnvironmentId, ProjectId};
use tacit_store::{
    Connection, StoreError,
    environments::{self, EnvironmentRow},
    project_memberships::Member,
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, identity_row, join, organization, project, user},
};

/// An environment that is not stored yet, with its slug in its id and name too.
fn environment_row(project: &ProjectId, slug: &str, position: i64) -> EnvironmentRow {
    EnvironmentRow {
        id: EnvironmentId::new(format!("{slug} of {project}")),
        project_id: project.clone(),
        name: slug.to_owned(),
        slug: slug.to_owned(),
        position,
        created_at: START,
        updated_at: START,
    }
}

async fn insert(db: &mut Connection, project: &ProjectId, slug: &str, position: i64) -> EnvironmentRow {
    let row = environment_row(project, slug, position);
    environments::insert(db, &row).await.unwrap();
    row
}

/// Slugs and positions in the order of the list.
async fn order(db: &mut Connection, project: &ProjectId) -> Vec<(String, i64)> {
    let rows = environments::list(db, project).await.unwrap();
    rows.into_iter().map(|row| (row.slug, row.position)).collect()
}

#[tokio::test]
async fn an_environment_is_found_where_it_belongs_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        let dev = insert(&mut db, &one, "dev", 1).await;

        assert_eq!(environments::find(&mut db, &one, &dev.id).await.unwrap(), Some(dev.clone()));
        assert_eq!(environments::find(&mut db, &two, &dev.id).await.unwrap(), None);
        assert_eq!(environments::find_by_slug(&mut db, &one, "dev").await.unwrap(), Some(dev.clone()));
        assert_eq!(environments::find_by_slug(&mut db, &two, "dev").await.unwrap(), None);
        let found = environments::find_in_organization(&mut db, &acme, &dev.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&dev));
        assert_eq!(environments::find_in_organization(&mut db, &other, &dev.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn places_move_in_one_project_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        for (slug, position) in [("b", 2), ("a", 1), ("c", 3)] {
            insert(&mut db, &one, slug, position).await;
            insert(&mut db, &two, slug, position).await;
        }

        environments::shift(&mut db, &one, 2, 1).await.unwrap();

        let places = |a, b, c| [("a".to_owned(), a), ("b".to_owned(), b), ("c".to_owned(), c)];
        assert_eq!(order(&mut db, &one).await, places(1, 3, 4));
        assert_eq!(order(&mut db, &two).await, places(1, 2, 3));
        environments::shift(&mut db, &one, 3, -1).await.unwrap();
        assert_eq!(order(&mut db, &one).await, places(1, 2, 3));
    })
    .await;
}

#[tokio::test]
async fn an_environment_changes_and_goes() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let shop = project(&mut db, &acme, "shop").await;
        let dev = insert(&mut db, &shop, "dev", 1).await;
        insert(&mut db, &shop, "prod", 2).await;
        let changed = EnvironmentRow {
            name: "Quality".to_owned(),
            slug: "quality".to_owned(),
            position: 7,
            updated_at: after(5),
            ..dev.clone()
        };

        environments::update(&mut db, &changed).await.unwrap();
        assert_eq!(environments::find(&mut db, &shop, &dev.id).await.unwrap(), Some(changed));
        assert_eq!(environments::count(&mut db, &shop).await.unwrap(), 2);
        environments::delete(&mut db, &dev.id).await.unwrap();
        assert_eq!(order(&mut db, &shop).await, [("prod".to_owned(), 2)]);

        let again = EnvironmentRow { id: EnvironmentId::new("again"), ..environment_row(&shop, "prod", 3) };
        let refused = environments::insert(&mut db, &again).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn members_of_both_kinds_see_the_environments_of_their_projects() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        let (late, early) = (insert(&mut db, &one, "late", 2).await, insert(&mut db, &one, "early", 1).await);
        let dev = insert(&mut db, &two, "dev", 1).await;
        let ada = user(&mut db, &acme, "ada").await;
        let robot = identity_row(&acme, "robot");
        tacit_store::identities::insert(&mut db, &robot).await.unwrap();
        let (ada, robot) = (Member::User(&ada), Member::Identity(&robot.id));
        join(&mut db, &one, ada).await;
        join(&mut db, &two, robot).await;

        assert_eq!(environments::list_of_member(&mut db, &acme, ada).await.unwrap(), [early, late]);
        assert_eq!(environments::list_of_member(&mut db, &acme, robot).await.unwrap(), [dev]);
        assert_eq!(environments::list_of_member(&mut db, &other, ada).await.unwrap(), []);
    })
    .await;
}
