//! Webhooks, their cursor and their deliveries.

use tacit_core::{
    cipher::Ciphertext,
    id::{CommitId, ProjectId, WebhookDeliveryId, WebhookId},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    commits::{self, CommitChangeRow, CommitRow},
    environments, webhook_changes,
    webhook_deliveries::{self, DEAD, DELIVERED, Outcome, PENDING, WebhookDeliveryRow},
    webhooks::{self, WebhookRow},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after},
    fixtures_projects::{environment, project},
};

async fn webhook(db: &mut Connection, project: &ProjectId) -> WebhookRow {
    let environment_id = environment(db, project, "dev").await;
    let environment = environments::find(db, project, &environment_id).await.unwrap().unwrap();
    let row = WebhookRow {
        id: WebhookId::new("hook"),
        project_id: project.clone(),
        environment_id,
        environment_name: environment.name,
        environment_slug: environment.slug,
        secret_path: "/".to_owned(),
        r#type: "general".to_owned(),
        url_ciphertext: Ciphertext(vec![1]),
        secret_key_ciphertext: Some(vec![2]),
        is_disabled: false,
        since_revision: 0,
        last_status: None,
        last_error: None,
        created_at: START,
        updated_at: START,
    };
    webhooks::insert(db, &row).await.unwrap();
    row
}

fn delivery(id: &str) -> WebhookDeliveryRow {
    WebhookDeliveryRow {
        id: WebhookDeliveryId::new(id),
        webhook_id: WebhookId::new("hook"),
        secret_path: "/".to_owned(),
        revision: 1,
        state: PENDING.to_owned(),
        attempts: 0,
        next_attempt_at: START,
        lease_expires_at: Timestamp::from_millis(0),
        last_error: None,
        created_at: START,
        updated_at: START,
    }
}

#[tokio::test]
async fn a_webhook_changes_and_goes_with_its_environment() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let row = webhook(&mut db, &shop).await;
        assert_eq!(webhooks::list(&mut db, &shop).await.unwrap(), std::slice::from_ref(&row));
        webhooks::set_disabled(&mut db, &row.id, true, after(1)).await.unwrap();
        webhooks::set_since(&mut db, &row.id, 7).await.unwrap();
        webhooks::set_result(&mut db, &row.id, Some("why"), after(2)).await.unwrap();
        let found = webhooks::list(&mut db, &shop).await.unwrap().remove(0);
        assert_eq!((found.is_disabled, found.since_revision, found.updated_at), (true, 7, after(2)));
        assert_eq!(
            (found.last_status.as_deref(), found.last_error.as_deref()),
            (Some("failed"), Some("why"))
        );
        environments::delete(&mut db, &row.environment_id).await.unwrap();
        assert_eq!(webhooks::count(&mut db, &shop).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_claimed_once_until_its_lease_ends_and_only_the_holder_finishes_it() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let hook = webhook(&mut db, &shop).await;
        webhook_deliveries::insert(&mut db, &delivery("d")).await.unwrap();
        let id = WebhookDeliveryId::new("d");
        assert!(webhook_deliveries::merge(&mut db, &hook.id, "/", 2, START).await.unwrap());
        assert_eq!(webhook_deliveries::count_pending(&mut db, &hook.id).await.unwrap(), 1);
        assert_eq!(webhook_deliveries::list_due(&mut db, START, 9).await.unwrap().len(), 1);

        assert!(webhook_deliveries::claim(&mut db, &id, START, after(60)).await.unwrap());
        assert!(!webhook_deliveries::claim(&mut db, &id, after(59), after(119)).await.unwrap());
        assert!(!webhook_deliveries::merge(&mut db, &hook.id, "/", 3, after(59)).await.unwrap());
        assert!(webhook_deliveries::claim(&mut db, &id, after(60), after(120)).await.unwrap());
        let dead = Outcome { state: DEAD, next_attempt_at: after(61), error: Some("late") };
        webhook_deliveries::finish(&mut db, &id, after(60), dead, after(61)).await.unwrap();
        let still = webhook_deliveries::find(&mut db, &hook.id, &id).await.unwrap().unwrap();
        assert_eq!((&*still.state, still.attempts), (PENDING, 2), "the lease was another's");
        webhook_deliveries::finish(&mut db, &id, after(120), dead, after(61)).await.unwrap();
        assert_eq!(webhook_deliveries::list(&mut db, &hook.id, Some(DEAD), 9).await.unwrap().len(), 1);
        assert_eq!(webhook_deliveries::count_pending(&mut db, &hook.id).await.unwrap(), 0);
        assert!(webhook_deliveries::revive(&mut db, &id, after(62)).await.unwrap());
        assert!(!webhook_deliveries::revive(&mut db, &id, after(62)).await.unwrap());
        webhook_deliveries::delete_pending(&mut db, &hook.id).await.unwrap();
        assert!(webhook_deliveries::list(&mut db, &hook.id, None, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_let_the_lease_run_out_does_not_end_a_delivery_that_tells_of_more_since() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let hook = webhook(&mut db, &shop).await;
        webhook_deliveries::insert(&mut db, &delivery("d")).await.unwrap();
        let id = WebhookDeliveryId::new("d");
        assert!(webhook_deliveries::claim(&mut db, &id, START, after(60)).await.unwrap());
        // Its receiver looked before this commit.
        assert!(webhook_deliveries::merge(&mut db, &hook.id, "/", 2, after(61)).await.unwrap());

        let delivered = Outcome { state: DELIVERED, next_attempt_at: after(62), error: None };
        webhook_deliveries::finish(&mut db, &id, after(60), delivered, after(62)).await.unwrap();

        let still = webhook_deliveries::find(&mut db, &hook.id, &id).await.unwrap().unwrap();
        assert_eq!((&*still.state, still.revision), (PENDING, 2));
        assert_eq!(webhook_deliveries::list_due(&mut db, after(62), 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn shared_secrets_and_folders_that_go_count_as_changes_and_personal_overrides_do_not() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let shop = project(&mut db, "shop").await;
        let commit = CommitRow {
            id: CommitId::new("c"),
            project_id: shop.clone(),
            revision: 2,
            actor_type: "user".to_owned(),
            actor_id: "u".to_owned(),
            actor_name: "ada".to_owned(),
            message: None,
            created_at: START,
        };
        commits::insert(&mut db, &commit).await.unwrap();
        for (position, (kind, path, before, owner)) in (0..).zip([
            ("secret", "/a", None, ""),
            ("secret", "/a", Some(1), ""),
            ("secret", "/mine", Some(1), "u"),
            ("folder", "/", None, ""),
            ("folder", "/gone", Some(1), ""),
        ]) {
            let change = CommitChangeRow {
                commit_id: commit.id.clone(),
                position,
                revision: 2,
                resource_type: kind.to_owned(),
                resource_id: "s".to_owned(),
                folder_id: None,
                name: "sub".to_owned(),
                version_before: before,
                version_after: None,
                environment_slug: Some("dev".to_owned()),
                folder_path: Some(path.to_owned()),
                owner_user_id: owner.to_owned(),
            };
            commits::insert_change(&mut db, &change).await.unwrap();
        }
        let changed = webhook_changes::list(&mut db, &shop, 1, 2).await.unwrap();
        let paths: Vec<_> = changed.iter().map(|folder| (&*folder.environment_slug, &*folder.path)).collect();
        assert_eq!(paths, [("dev", "/a"), ("dev", "/gone/sub")]);
        assert!(webhook_changes::list(&mut db, &shop, 2, 9).await.unwrap().is_empty());
    })
    .await;
}
