//! Client secrets.

use tacit_core::id::{AuthMethodId, ClientSecretId};
use tacit_store::client_secrets::{self, ClientSecretRow};

use crate::{
    engines::each_engine,
    fixtures::{START, after, client_secret_row, machine},
};

#[tokio::test]
async fn a_client_secret_is_found_under_its_method_and_listed_until_revoked() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, first) = machine(&mut db).await;
        let second = ClientSecretRow { created_at: after(1), ..client_secret_row(&method.id, "second") };
        client_secrets::insert(&mut db, &second, b"second").await.unwrap();

        let found = client_secrets::find(&mut db, &method.id, &first.id).await.unwrap();
        assert_eq!(found, Some(first.clone()));
        let other = AuthMethodId::new("other");
        assert_eq!(client_secrets::find(&mut db, &other, &first.id).await.unwrap(), None);
        let list = client_secrets::list(&mut db, &method.id, 9).await.unwrap();
        assert_eq!(list, [second.clone(), first.clone()]);
        assert_eq!(client_secrets::list(&mut db, &method.id, 1).await.unwrap(), [second]);

        assert!(client_secrets::revoke(&mut db, &first.id, after(2)).await.unwrap());
        assert!(!client_secrets::revoke(&mut db, &first.id, after(3)).await.unwrap());
        assert_eq!(client_secrets::count(&mut db, &method.id).await.unwrap(), 1);
        let revoked = ClientSecretRow { is_revoked: true, updated_at: after(2), ..first.clone() };
        let found = client_secrets::find(&mut db, &method.id, &first.id).await.unwrap();
        assert_eq!(found, Some(revoked));
    })
    .await;
}

#[tokio::test]
async fn a_use_counts_until_the_limit_or_the_revocation() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let (method, unlimited) = machine(&mut db).await;
        let limited = ClientSecretRow { num_uses_limit: 2, ..client_secret_row(&method.id, "limited") };
        client_secrets::insert(&mut db, &limited, b"limited").await.unwrap();

        for expected in [true, true, false, false] {
            assert_eq!(client_secrets::use_once(&mut db, &limited.id, after(1)).await.unwrap(), expected);
            assert!(client_secrets::use_once(&mut db, &unlimited.id, after(1)).await.unwrap());
        }
        let found = client_secrets::find(&mut db, &method.id, &limited.id).await.unwrap().unwrap();
        assert_eq!((found.num_uses, found.last_used_at), (2, Some(after(1))));
        client_secrets::revoke(&mut db, &unlimited.id, START).await.unwrap();
        assert!(!client_secrets::use_once(&mut db, &unlimited.id, START).await.unwrap());
        let unknown = ClientSecretId::new("unknown");
        assert!(!client_secrets::use_once(&mut db, &unknown, START).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_at_once_exactly_as_many_as_allowed_count() {
    each_engine(async |database| {
        let mut tx = database.begin().await.unwrap();
        let (method, _) = machine(&mut tx).await;
        let limited = ClientSecretRow { num_uses_limit: 7, ..client_secret_row(&method.id, "limited") };
        client_secrets::insert(&mut tx, &limited, b"limited").await.unwrap();
        tx.commit().await.unwrap();

        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let (database, id) = (database.clone(), limited.id.clone());
                tokio::spawn(async move {
                    let mut tx = database.begin().await.unwrap();
                    let counted = client_secrets::use_once(&mut tx, &id, START).await.unwrap();
                    tx.commit().await.unwrap();
                    counted
                })
            })
            .collect();
        let mut counted = 0;
        for task in tasks {
            counted += u32::from(task.await.unwrap());
        }

        assert_eq!(counted, 7);
    })
    .await;
}
