//! Machine identities.

use tacit_core::id::IdentityId;
use tacit_store::{
    StoreError, access_tokens,
    auth_methods::UNIVERSAL_AUTH,
    identities::{self, IdentityRow},
    organizations,
};

use crate::{
    engines::each_engine,
    fixtures::{after, identity_row, machine, organization, token_row},
};

#[tokio::test]
async fn an_identity_is_found_in_its_organization_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let other = organization(&mut db, "other").await;
        let row = identity_row(&acme, "one");
        identities::insert(&mut db, &row).await.unwrap();

        assert_eq!(identities::find(&mut db, &acme, &row.id).await.unwrap(), Some(row.clone()));
        assert_eq!(identities::find(&mut db, &other, &row.id).await.unwrap(), None);
        assert_eq!(identities::lock(&mut db, &acme, &row.id).await.unwrap(), Some(row.clone()));
        assert_eq!(identities::lock(&mut db, &other, &row.id).await.unwrap(), None);
        let list = identities::list(&mut db, &acme, 9).await.unwrap();
        assert_eq!(list, std::slice::from_ref(&row));
        assert_eq!(identities::count(&mut db, &acme).await.unwrap(), 1);
        assert_eq!(identities::count(&mut db, &other).await.unwrap(), 0);
        let found = identities::organization_of(&mut db, &row.id).await.unwrap().unwrap();
        assert_eq!((found.id, found.slug), (acme, "acme".to_owned()));
        assert!(identities::organization_slug_exists(&mut db, "other").await.unwrap());
        assert!(!identities::organization_slug_exists(&mut db, "nobody").await.unwrap());
        let again = identities::insert(&mut db, &row).await;
        assert!(matches!(again, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn a_change_and_a_login_keep_the_rest() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let row = identity_row(&acme, "one");
        identities::insert(&mut db, &row).await.unwrap();
        let changed = IdentityRow {
            name: "runner".to_owned(),
            role: "admin".to_owned(),
            has_delete_protection: true,
            metadata: "[1]".to_owned(),
            updated_at: after(1),
            ..row.clone()
        };

        identities::update(&mut db, &changed).await.unwrap();
        assert!(identities::record_login(&mut db, &row.id, UNIVERSAL_AUTH, after(2)).await.unwrap());
        let nobody = IdentityId::new("nobody");
        assert!(!identities::record_login(&mut db, &nobody, UNIVERSAL_AUTH, after(2)).await.unwrap());

        let expected = IdentityRow {
            last_login_auth_method: Some(UNIVERSAL_AUTH.to_owned()),
            last_login_at: Some(after(2)),
            ..changed
        };
        assert_eq!(identities::find(&mut db, &acme, &row.id).await.unwrap(), Some(expected));
    })
    .await;
}

#[tokio::test]
async fn deleting_an_identity_takes_its_credentials_along() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, secret) = machine(&mut db).await;
        let token = token_row(&method, Some(&secret.id), "token");
        access_tokens::insert(&mut db, &token).await.unwrap();
        assert!(access_tokens::find_with_identity(&mut db, &token.id).await.unwrap().is_some());

        identities::delete(&mut db, &method.identity_id).await.unwrap();

        assert!(access_tokens::find_with_identity(&mut db, &token.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_access_revision_goes_up_by_one() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;

        organizations::raise_access_revision(&mut db, &acme).await.unwrap();
        organizations::raise_access_revision(&mut db, &acme).await.unwrap();

        let sql = "SELECT access_revision AS number FROM organizations";
        assert_eq!(db.fetch_one::<i64>(sql, &[]).await.unwrap(), 2);
    })
    .await;
}
