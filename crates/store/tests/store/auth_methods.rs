//! Auth methods, what a login is decided by, and the lockout.

use tacit_core::time::Timestamp;
use tacit_store::{
    Connection, StoreError,
    auth_methods::{self, AuthMethodRow, TOKEN_AUTH, UNIVERSAL_AUTH, UniversalAuthRow},
    client_secrets,
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, client_secret_row, machine, universal_rows},
};

#[tokio::test]
async fn a_method_is_attached_once_changed_and_detached() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let changed = AuthMethodRow {
            access_token_ttl: 1,
            access_token_max_ttl: 2,
            access_token_num_uses_limit: 3,
            access_token_period: 4,
            access_token_trusted_ips: "[5]".to_owned(),
            updated_at: after(6),
            ..method.clone()
        };
        let (_, universal) = universal_rows(&method.identity_id, "universal");
        let changed_universal = UniversalAuthRow {
            client_secret_trusted_ips: "[1]".to_owned(),
            lockout_enabled: false,
            lockout_threshold: 9,
            lockout_duration_seconds: 8,
            lockout_counter_reset_seconds: 7,
            ..universal
        };

        auth_methods::update(&mut db, &changed).await.unwrap();
        auth_methods::update_universal(&mut db, &changed_universal).await.unwrap();
        let found = auth_methods::find(&mut db, &method.identity_id, UNIVERSAL_AUTH).await.unwrap();
        assert_eq!(found, Some(changed));
        let found = auth_methods::find_universal(&mut db, &method.id).await.unwrap();
        assert_eq!(found, Some(changed_universal));
        assert!(auth_methods::find(&mut db, &method.identity_id, TOKEN_AUTH).await.unwrap().is_none());

        auth_methods::delete(&mut db, &method.id).await.unwrap();
        assert!(auth_methods::find_universal(&mut db, &method.id).await.unwrap().is_none());
        auth_methods::insert(&mut db, &method).await.unwrap();
        let again = AuthMethodRow { id: tacit_core::id::AuthMethodId::new("again"), ..method };
        let again = auth_methods::insert(&mut db, &again).await;
        assert!(matches!(again, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn methods_are_listed_in_the_order_they_were_attached() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let earlier = AuthMethodRow {
            id: tacit_core::id::AuthMethodId::new("z"),
            method: TOKEN_AUTH.to_owned(),
            created_at: Timestamp::from_millis(START.millis() - 1),
            ..method.clone()
        };
        auth_methods::insert(&mut db, &earlier).await.unwrap();

        let of_identity = auth_methods::list_of_identity(&mut db, &method.identity_id).await.unwrap();
        let acme = tacit_core::id::OrganizationId::new("acme");
        let of_organization = auth_methods::list_of_organization(&mut db, &acme).await.unwrap();

        let names: Vec<&str> = of_identity.iter().map(|row| row.method.as_str()).collect();
        assert_eq!(names, [TOKEN_AUTH, UNIVERSAL_AUTH]);
        assert_eq!(of_organization, of_identity);
    })
    .await;
}

#[tokio::test]
async fn a_login_finds_the_client_secret_of_its_own_client_id_only() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let limited = client_secrets::ClientSecretRow {
            num_uses_limit: 5,
            ttl_seconds: 6,
            ..client_secret_row(&method.id, "limited")
        };
        client_secrets::insert(&mut db, &limited, b"limited").await.unwrap();
        let client_id = "client of universal";

        let found = auth_methods::find_login(&mut db, client_id, b"limited").await.unwrap().unwrap();
        assert_eq!(found.client_secret_id, Some(limited.id));
        assert_eq!((found.num_uses, found.num_uses_limit), (Some(0), Some(5)));
        assert_eq!((found.ttl_seconds, found.secret_created_at), (Some(6), Some(START)));
        assert_eq!(found.is_revoked, Some(false));
        assert_eq!((found.identity_name.as_str(), found.organization_slug.as_str()), ("ci", "acme"));
        let wrong = auth_methods::find_login(&mut db, client_id, b"wrong").await.unwrap().unwrap();
        assert_eq!((wrong.client_secret_id, wrong.auth_method_id), (None, method.id));
        assert!(auth_methods::find_login(&mut db, "nobody", b"hash").await.unwrap().is_none());
    })
    .await;
}

async fn state(db: &mut Connection, method: &AuthMethodRow) -> (i64, Option<Timestamp>) {
    let row = auth_methods::find_universal(db, &method.id).await.unwrap().unwrap();
    (row.failures, row.locked_until)
}

#[tokio::test]
async fn failures_lock_after_the_threshold_and_are_forgotten_in_time() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        // (seconds, failures then, locked until then)
        for (seconds, failures, locked_until) in [
            (0, 1, None),
            (9, 2, Some(after(69))),
            // A failure that was on its way does not make the lock longer.
            (10, 3, Some(after(69))),
            // The lock is over: one failure again.
            (69, 1, None),
            // The reset time is over.
            (79, 1, None),
            (80, 2, Some(after(140))),
        ] {
            auth_methods::count_failure(&mut db, &method.id, after(seconds)).await.unwrap();
            assert_eq!(state(&mut db, &method).await, (failures, locked_until), "at {seconds} s");
        }

        assert!(auth_methods::clear_failures(&mut db, &method.id).await.unwrap());
        assert_eq!(state(&mut db, &method).await, (0, None));
        assert!(!auth_methods::clear_failures(&mut db, &method.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn nothing_is_locked_while_the_lockout_is_off() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, _) = machine(&mut db).await;
        let (_, universal) = universal_rows(&method.identity_id, "universal");
        let off = UniversalAuthRow { lockout_enabled: false, ..universal };
        auth_methods::update_universal(&mut db, &off).await.unwrap();

        for _ in 0..5 {
            auth_methods::count_failure(&mut db, &method.id, START).await.unwrap();
        }

        assert_eq!(state(&mut db, &method).await, (5, None));
    })
    .await;
}
