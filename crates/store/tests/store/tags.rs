//! Tags of projects.

use tacit_core::id::{ProjectId, TagId};
use tacit_store::{
    StoreError,
    tags::{self, TagRow},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, organization, project},
};

/// A tag that is not stored yet, with its slug in its id too.
fn tag_row(project: &ProjectId, slug: &str) -> TagRow {
    TagRow {
        id: TagId::new(format!("{slug} of {project}")),
        project_id: project.clone(),
        slug: slug.to_owned(),
        color: Some("#ff0000".to_owned()),
        created_by: Some("somebody".to_owned()),
        created_by_type: "user".to_owned(),
        created_at: START,
        updated_at: START,
    }
}

#[tokio::test]
async fn a_tag_is_found_in_its_project_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let (one, two) = (project(&mut db, &acme, "one").await, project(&mut db, &acme, "two").await);
        let tag = TagRow { color: None, created_by: None, ..tag_row(&one, "billing") };
        tags::insert(&mut db, &tag).await.unwrap();
        tags::insert(&mut db, &tag_row(&two, "billing")).await.unwrap();

        assert_eq!(tags::find(&mut db, &one, &tag.id).await.unwrap(), Some(tag.clone()));
        assert_eq!(tags::find(&mut db, &two, &tag.id).await.unwrap(), None);
        assert_eq!(tags::find_by_slug(&mut db, &one, "billing").await.unwrap(), Some(tag.clone()));
        assert_eq!(tags::find_by_slug(&mut db, &one, "other").await.unwrap(), None);
        assert_eq!(tags::list(&mut db, &one).await.unwrap(), [tag]);
        assert_eq!(tags::count(&mut db, &two).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_tag_changes_and_goes_and_its_slug_is_unique() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let shop = project(&mut db, &acme, "shop").await;
        let tag = tag_row(&shop, "billing");
        tags::insert(&mut db, &tag).await.unwrap();
        let changed = TagRow {
            slug: "money".to_owned(),
            color: Some(String::new()),
            updated_at: after(5),
            ..tag.clone()
        };

        tags::update(&mut db, &changed).await.unwrap();
        assert_eq!(tags::find(&mut db, &shop, &tag.id).await.unwrap(), Some(changed));
        tags::delete(&mut db, &tag.id).await.unwrap();
        assert_eq!(tags::count(&mut db, &shop).await.unwrap(), 0);

        tags::insert(&mut db, &tag).await.unwrap();
        let again = TagRow { id: TagId::new("again"), ..tag };
        assert!(matches!(tags::insert(&mut db, &again).await, Err(StoreError::AlreadyExists)));
    })
    .await;
}
