//! Access tokens of machines.

use tacit_core::id::{AccessTokenId, OrganizationId};
use tacit_store::{
    Connection,
    access_tokens::{self, AccessTokenRow},
    auth_methods::{TOKEN_AUTH, UNIVERSAL_AUTH},
};

use crate::{
    engines::each_engine,
    fixtures::{after, machine, organization, token_row},
};

async fn find(db: &mut Connection, id: &AccessTokenId) -> Option<AccessTokenRow> {
    let acme = OrganizationId::new("acme");
    access_tokens::find(db, &acme, UNIVERSAL_AUTH, id).await.unwrap()
}

#[tokio::test]
async fn a_token_is_found_in_its_organization_and_by_its_method_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, secret) = machine(&mut db).await;
        let (acme, other) = (OrganizationId::new("acme"), organization(&mut db, "other").await);
        let row = token_row(&method, Some(&secret.id), "token");
        access_tokens::insert(&mut db, &row).await.unwrap();

        assert_eq!(find(&mut db, &row.id).await, Some(row.clone()));
        let elsewhere = access_tokens::find(&mut db, &other, UNIVERSAL_AUTH, &row.id).await.unwrap();
        assert_eq!(elsewhere, None);
        assert_eq!(access_tokens::find(&mut db, &acme, TOKEN_AUTH, &row.id).await.unwrap(), None);
        let with_identity = access_tokens::find_with_identity(&mut db, &row.id).await.unwrap().unwrap();
        assert_eq!((with_identity.organization_id, with_identity.role), (acme, "member".to_owned()));
        assert_eq!(with_identity.period_seconds, 0);
    })
    .await;
}

#[tokio::test]
async fn tokens_are_listed_newest_first_in_parts() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        for (id, seconds) in [("b", 0), ("a", 1), ("c", 2)] {
            let row = AccessTokenRow { created_at: after(seconds), ..token_row(&method, None, id) };
            access_tokens::insert(&mut db, &row).await.unwrap();
        }

        let rows = access_tokens::list(&mut db, &method.id, 1, 2).await.unwrap();

        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_renamed_renewed_and_revoked_once() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let row = token_row(&method, None, "token");
        access_tokens::insert(&mut db, &row).await.unwrap();

        access_tokens::rename(&mut db, &row.id, Some("laptop"), after(1)).await.unwrap();
        assert!(access_tokens::renew(&mut db, &row.id, after(2)).await.unwrap());
        let renewed = find(&mut db, &row.id).await.unwrap();
        assert_eq!((renewed.name.as_deref(), renewed.last_renewed_at), (Some("laptop"), Some(after(2))));
        access_tokens::rename(&mut db, &row.id, None, after(3)).await.unwrap();
        assert_eq!(find(&mut db, &row.id).await.unwrap().name, None);

        assert!(access_tokens::revoke(&mut db, &row.id, after(4)).await.unwrap());
        assert!(!access_tokens::revoke(&mut db, &row.id, after(5)).await.unwrap());
        assert!(!access_tokens::renew(&mut db, &row.id, after(5)).await.unwrap());
        assert_eq!(find(&mut db, &row.id).await.unwrap().updated_at, after(4));
    })
    .await;
}

#[tokio::test]
async fn uses_count_up_to_the_limit_and_in_sums() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let limited = AccessTokenRow { num_uses_limit: 2, ..token_row(&method, None, "limited") };
        let unlimited = token_row(&method, None, "unlimited");
        for row in [&limited, &unlimited] {
            access_tokens::insert(&mut db, row).await.unwrap();
        }

        for expected in [true, true, false] {
            assert_eq!(access_tokens::use_once(&mut db, &limited.id, after(1)).await.unwrap(), expected);
        }
        access_tokens::add_uses(&mut db, &unlimited.id, 3, after(1)).await.unwrap();
        access_tokens::add_uses(&mut db, &unlimited.id, 4, after(2)).await.unwrap();

        assert_eq!(find(&mut db, &limited.id).await.unwrap().num_uses, 2);
        let summed = find(&mut db, &unlimited.id).await.unwrap();
        assert_eq!((summed.num_uses, summed.last_used_at), (7, Some(after(2))));
    })
    .await;
}

#[tokio::test]
async fn revoking_the_tokens_of_a_client_secret_leaves_the_others() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, secret) = machine(&mut db).await;
        let (of_secret, other) =
            (token_row(&method, Some(&secret.id), "of secret"), token_row(&method, None, "other"));
        for row in [&of_secret, &other] {
            access_tokens::insert(&mut db, row).await.unwrap();
        }

        access_tokens::revoke_of_client_secret(&mut db, &secret.id, after(1)).await.unwrap();

        assert!(find(&mut db, &of_secret.id).await.unwrap().is_revoked);
        assert!(!find(&mut db, &other.id).await.unwrap().is_revoked);
    })
    .await;
}
