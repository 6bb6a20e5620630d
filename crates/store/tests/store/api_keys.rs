//! API keys.

use tacit_core::id::{ApiKeyId, OrganizationId, UserId};
use tacit_store::{
    Connection, Value,
    api_keys::{self, ApiKeyRow},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, organization, user},
};

fn row(organization: Option<&OrganizationId>, user: &UserId, id: &str) -> ApiKeyRow {
    ApiKeyRow {
        id: ApiKeyId::new(id),
        user_id: user.clone(),
        organization_id: organization.cloned(),
        name: "script".to_owned(),
        expires_at: None,
        last_used_at: None,
        created_at: START,
        updated_at: START,
    }
}

async fn role(db: &mut Connection, key: &ApiKeyRow) -> Option<String> {
    api_keys::find_with_user(db, &key.id).await.unwrap().unwrap().role
}

#[tokio::test]
async fn a_key_is_listed_used_and_deleted_by_its_person_alone() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = organization(&mut db, "acme").await;
        let (ada, eve) = (user(&mut db, &acme, "ada").await, user(&mut db, &acme, "eve").await);
        let key = row(Some(&acme), &ada, "a");
        api_keys::insert(&mut db, &key, b"hash\0").await.unwrap();
        let known = api_keys::find_with_user(&mut db, &key.id).await.unwrap().unwrap();
        assert_eq!((known.secret_hash.as_slice(), &known.user_id), (&b"hash\0"[..], &ada));

        for (time, expected) in [(after(5), after(5)), (after(3), after(5))] {
            api_keys::set_last_used(&mut db, &key.id, time).await.unwrap();
            assert_eq!(api_keys::list(&mut db, &ada).await.unwrap()[0].last_used_at, Some(expected));
        }
        assert_eq!(api_keys::list(&mut db, &eve).await.unwrap(), []);
        assert_eq!(api_keys::delete(&mut db, &eve, &key.id).await.unwrap(), None);
        assert_eq!(api_keys::count(&mut db, &ada).await.unwrap(), 1);
        assert!(api_keys::delete(&mut db, &ada, &key.id).await.unwrap().is_some());
        assert!(api_keys::find_with_user(&mut db, &key.id).await.unwrap().is_none());

        api_keys::insert(&mut db, &key, b"hash").await.unwrap();
        api_keys::delete_of_user(&mut db, &eve).await.unwrap();
        assert_eq!(api_keys::count(&mut db, &ada).await.unwrap(), 1);
        api_keys::delete_of_user(&mut db, &ada).await.unwrap();
        assert_eq!(api_keys::count(&mut db, &ada).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_has_a_role_only_where_its_person_is_active_and_no_second_factor_is_asked_for() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (acme, other) = (organization(&mut db, "acme").await, organization(&mut db, "other").await);
        let ada = user(&mut db, &acme, "ada").await;
        let keys = [row(Some(&acme), &ada, "a"), row(Some(&other), &ada, "b"), row(None, &ada, "c")];
        for key in &keys {
            api_keys::insert(&mut db, key, b"hash").await.unwrap();
        }
        assert!(role(&mut db, &keys[0]).await.is_some());
        assert_eq!(role(&mut db, &keys[1]).await, None, "not a member");
        assert_eq!(role(&mut db, &keys[2]).await, None, "no organization");

        for (take, give) in [
            (
                "UPDATE organization_memberships SET is_active = FALSE WHERE user_id = $1",
                "UPDATE organization_memberships SET is_active = TRUE WHERE user_id = $1",
            ),
            (
                "UPDATE organizations SET requires_second_factor = TRUE WHERE id <> $1",
                "UPDATE organizations SET requires_second_factor = FALSE WHERE id <> $1",
            ),
        ] {
            db.execute(take, &[Value::from(&ada)]).await.unwrap();
            assert_eq!(role(&mut db, &keys[0]).await, None, "{take}");
            db.execute(give, &[Value::from(&ada)]).await.unwrap();
            assert!(role(&mut db, &keys[0]).await.is_some(), "{give}");
        }
    })
    .await;
}
