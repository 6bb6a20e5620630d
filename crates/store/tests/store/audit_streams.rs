//! Audit streams: how far each came, and which node has it.

use tacit_core::{
    cipher::Ciphertext,
    id::{AuditStreamId, OrganizationId},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    audit_streams::{self, AuditStreamRow, DueStreamRow},
};

use crate::{
    engines::each_engine,
    fixtures::{START, after, organization, reserve},
};

async fn stream(db: &mut Connection, organization: &OrganizationId, id: &str) -> AuditStreamRow {
    let row = AuditStreamRow {
        id: AuditStreamId::new(id),
        organization_id: organization.clone(),
        name: "SIEM".to_owned(),
        target_ciphertext: Ciphertext(vec![1]),
        is_paused: false,
        delivered_sequence: 3,
        delivered_at: None,
        failed_attempts: 0,
        last_error: None,
        next_attempt_at: START,
        created_at: START,
        updated_at: START,
        last_sequence: 5,
    };
    audit_streams::insert(db, &row).await.unwrap();
    row
}

/// What a node knows of the stream that looked when `stream` was made.
fn seen(stream: &AuditStreamRow) -> DueStreamRow {
    DueStreamRow {
        id: stream.id.clone(),
        organization_id: stream.organization_id.clone(),
        data_key_ciphertext: Ciphertext(vec![1]),
        other_data_key_ciphertext: None,
        target_ciphertext: stream.target_ciphertext.clone(),
        delivered_sequence: stream.delivered_sequence,
        failed_attempts: stream.failed_attempts,
        last_sequence: stream.last_sequence,
    }
}

async fn due(db: &mut Connection, now: Timestamp) -> Vec<String> {
    let due = audit_streams::list_due(db, now, 10).await.unwrap();
    due.iter().map(|stream| stream.id.to_string()).collect()
}

#[tokio::test]
async fn a_stream_is_stored_changed_and_deleted() {
    each_engine(async |database| {
        let db = &mut database.begin().await.unwrap();
        let acme = organization(db, "acme").await;
        let other = organization(db, "other").await;
        assert_eq!(audit_streams::lock_log(db, &acme).await.unwrap(), 0);
        reserve(db, &acme, 5).await;
        assert_eq!(audit_streams::lock_log(db, &acme).await.unwrap(), 5);
        let mut row = stream(db, &acme, "a").await;

        let found = audit_streams::find(db, &acme, &row.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&row));
        assert!(audit_streams::find(db, &other, &row.id).await.unwrap().is_none());
        assert_eq!(audit_streams::count(db, &acme).await.unwrap(), 1);

        row.name = "Other".to_owned();
        row.target_ciphertext = Ciphertext(vec![2]);
        (row.is_paused, row.next_attempt_at, row.updated_at) = (true, after(1), after(2));
        audit_streams::update(db, &row).await.unwrap();
        assert_eq!(audit_streams::list(db, &acme).await.unwrap(), [row.clone()]);
        audit_streams::delete(db, &row.id).await.unwrap();
        assert_eq!(audit_streams::list(db, &acme).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn one_node_has_a_stream_until_it_says_how_it_went_or_its_lease_ends() {
    each_engine(async |database| {
        let db = &mut database.begin().await.unwrap();
        let acme = organization(db, "acme").await;
        let row = stream(db, &acme, "a").await;
        assert_eq!(due(db, START).await, [""; 0], "there is no log yet");
        reserve(db, &acme, 5).await;
        assert_eq!(due(db, START).await, ["a"]);

        assert!(audit_streams::claim(db, &seen(&row), START, after(60)).await.unwrap());
        assert!(!audit_streams::claim(db, &seen(&row), after(1), after(61)).await.unwrap());
        assert_eq!(due(db, after(59)).await, [""; 0]);
        assert_eq!(due(db, after(60)).await, ["a"], "the node has died");
        assert!(audit_streams::claim(db, &seen(&row), after(60), after(120)).await.unwrap());
        audit_streams::set_delivered(db, &row.id, after(60), 5, after(61)).await.unwrap();
        let found = audit_streams::find(db, &acme, &row.id).await.unwrap().unwrap();
        assert_eq!(found.delivered_sequence, 3, "the node that had it before has no say");

        audit_streams::set_failed(db, &row.id, after(120), "no", after(70)).await.unwrap();
        let found = audit_streams::find(db, &acme, &row.id).await.unwrap().unwrap();
        assert_eq!((found.failed_attempts, found.last_error.as_deref()), (1, Some("no")));
        assert_eq!(due(db, after(69)).await, [""; 0]);
        assert_eq!(due(db, after(70)).await, ["a"]);

        assert!(audit_streams::claim(db, &seen(&row), after(70), after(130)).await.unwrap());
        audit_streams::set_delivered(db, &row.id, after(130), 5, after(71)).await.unwrap();
        let found = audit_streams::find(db, &acme, &row.id).await.unwrap().unwrap();
        assert_eq!((found.delivered_sequence, found.delivered_at), (5, Some(after(71))));
        assert_eq!((found.failed_attempts, found.last_error), (0, None));
        assert_eq!(due(db, after(71)).await, [""; 0], "all is delivered");
    })
    .await;
}

#[tokio::test]
async fn who_looked_before_another_node_sent_does_not_get_the_stream() {
    each_engine(async |database| {
        let db = &mut database.begin().await.unwrap();
        let acme = organization(db, "acme").await;
        reserve(db, &acme, 5).await;
        let mut row = stream(db, &acme, "a").await;
        let before = seen(&row);

        assert!(audit_streams::claim(db, &before, START, after(60)).await.unwrap());
        audit_streams::set_failed(db, &row.id, after(60), "no", after(2)).await.unwrap();
        assert!(!audit_streams::claim(db, &before, after(1), after(61)).await.unwrap(), "it waits");
        assert!(audit_streams::claim(db, &before, after(2), after(62)).await.unwrap());
        audit_streams::set_delivered(db, &row.id, after(62), 4, after(3)).await.unwrap();

        assert!(
            !audit_streams::claim(db, &before, after(3), after(63)).await.unwrap(),
            "4 would be sent twice"
        );
        row.delivered_sequence = 4;
        assert!(audit_streams::claim(db, &seen(&row), after(3), after(63)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_paused_stream_is_not_due_and_goes_with_its_organization() {
    each_engine(async |database| {
        let db = &mut database.begin().await.unwrap();
        let acme = organization(db, "acme").await;
        reserve(db, &acme, 5).await;
        let mut row = stream(db, &acme, "a").await;
        row.is_paused = true;
        audit_streams::update(db, &row).await.unwrap();
        assert_eq!(due(db, after(1)).await, [""; 0]);
        assert!(!audit_streams::claim(db, &seen(&row), after(1), after(61)).await.unwrap());

        db.execute("DELETE FROM organizations WHERE id = 'acme'", &[]).await.unwrap();
        assert_eq!(audit_streams::list(db, &acme).await.unwrap(), []);
    })
    .await;
}
