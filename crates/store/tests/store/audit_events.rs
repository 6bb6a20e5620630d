//! The audit log, from the newest event on.

use tacit_core::{
    audit_chain::Hash,
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::{
    Connection, StoreError,
    audit_events::{self, AuditEventRow, NewAuditEvent, SealedEvent, Stretch},
    audit_pending,
};

use crate::engines::each_engine;

fn event(sequence: i64, project: Option<&str>) -> AuditEventRow {
    AuditEventRow {
        id: format!("event {sequence}"),
        organization_id: OrganizationId::new("acme"),
        sequence,
        project_id: project.map(ProjectId::new),
        event_type: "get-secret".to_owned(),
        result: "allowed".to_owned(),
        actor_type: "user".to_owned(),
        actor_id: None,
        actor_name: None,
        metadata: "{}".to_owned(),
        ip: None,
        user_agent: None,
        user_agent_type: None,
        created_at: Timestamp::from_millis(sequence * 10),
    }
}

fn new(row: &AuditEventRow) -> NewAuditEvent<'_> {
    NewAuditEvent {
        id: &row.id,
        organization_id: &row.organization_id,
        project_id: row.project_id.as_ref(),
        event_type: &row.event_type,
        result: &row.result,
        actor_type: &row.actor_type,
        actor_id: row.actor_id.as_deref().map(Into::into),
        actor_name: row.actor_name.as_deref().map(Into::into),
        metadata: row.metadata.as_str().into(),
        ip: row.ip.as_deref(),
        user_agent: row.user_agent.as_deref().map(Into::into),
        user_agent_type: row.user_agent_type.as_deref(),
        created_at: row.created_at,
    }
}

async fn insert(db: &mut Connection, events: &[AuditEventRow]) -> Result<(), StoreError> {
    let new: Vec<_> = events.iter().map(new).collect();
    let sealed: Vec<_> = new
        .iter()
        .zip(events)
        .map(|(event, row)| SealedEvent { event, sequence: row.sequence, hash: Hash::of(row.id.as_bytes()) })
        .collect();
    audit_events::insert(db, &sealed).await
}

#[tokio::test]
async fn however_many_are_added_at_once_each_is_stored() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        // One of each statement: 64, 32, 16, 8, 4, 2, 1.
        let events: Vec<_> = (1..=127).map(|number| event(number, None)).collect();
        insert(&mut db, &events).await.unwrap();
        insert(&mut db, &[]).await.unwrap();

        let stored = audit_events::list(&mut db, &OrganizationId::new("acme"), 1, 1_000).await.unwrap();

        let ids = |rows: &[AuditEventRow]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&stored), ids(&events));
        db.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn it_is_narrowed_by_organization_project_time_and_place() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let events =
            [event(1, Some("shop")), event(2, None), event(3, Some("shop")), event(4, Some("other"))];
        insert(&mut db, &events).await.unwrap();
        let (acme, none, shop) =
            (OrganizationId::new("acme"), OrganizationId::new("none"), ProjectId::new("shop"));
        let all = Stretch {
            organization: &acme,
            project: None,
            first: 1,
            last: i64::MAX,
            from: Timestamp::from_millis(0),
            to: Timestamp::from_millis(i64::MAX),
        };
        let at = Timestamp::from_millis;

        for (filter, limit, expected) in [
            (all, 9, vec![4, 3, 2, 1]),
            (all, 2, vec![4, 3]),
            (Stretch { last: 2, ..all }, 9, vec![2, 1]),
            (Stretch { project: Some(&shop), ..all }, 9, vec![3, 1]),
            (Stretch { project: Some(&shop), last: 2, ..all }, 9, vec![1]),
            (Stretch { first: 3, ..all }, 9, vec![4, 3]),
            (Stretch { from: at(20), to: at(40), ..all }, 9, vec![3, 2]),
            (Stretch { organization: &none, ..all }, 9, vec![]),
        ] {
            let found = audit_events::list_newest(&mut db, filter, limit).await.unwrap();
            let sequences: Vec<i64> = found.iter().map(|row| row.sequence).collect();
            assert_eq!(sequences, expected, "{filter:?}");
        }
        assert_eq!(audit_events::sequence_of(&mut db, &acme, "event 3").await.unwrap(), Some(3));
        assert_eq!(audit_events::sequence_of(&mut db, &none, "event 3").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn each_actor_of_a_project_is_found_once() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let by = |sequence, project, actor: &str| AuditEventRow {
            actor_id: Some(actor.to_owned()),
            ..event(sequence, Some(project))
        };
        let events = [
            by(1, "shop", "early"),
            by(2, "shop", "b"),
            by(3, "shop", "b"),
            by(4, "other", "c"),
            by(5, "shop", "a"),
            event(6, Some("shop")),
        ];
        insert(&mut db, &events).await.unwrap();
        let (acme, shop) = (OrganizationId::new("acme"), ProjectId::new("shop"));

        for (limit, expected) in [(9, vec!["a", "b"]), (1, vec!["a"])] {
            let stretch = Stretch {
                organization: &acme,
                project: Some(&shop),
                first: 1,
                last: 9,
                from: Timestamp::from_millis(20),
                to: Timestamp::from_millis(1_000),
            };
            let found = audit_events::actors(&mut db, stretch, limit).await.unwrap();
            let ids: Vec<_> = found.iter().map(|row| row.actor_id.as_str()).collect();
            assert_eq!(ids, expected);
        }
        db.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_taken_once_in_the_order_of_its_ids_and_as_it_was_given() {
    each_engine(async |database| {
        let mut db = database.begin().await.unwrap();
        let acme = OrganizationId::new("acme");
        let mut events: Vec<_> = (100..230).map(|number| event(number, Some("shop"))).collect();
        events[0].actor_name = Some("Ada".to_owned());
        events.reverse();
        let other = AuditEventRow { organization_id: OrganizationId::new("other"), ..event(1, None) };
        let rows: Vec<_> = events.iter().chain([&other]).map(new).collect();
        audit_pending::insert(&mut db, &rows).await.unwrap();
        events.reverse();

        assert_eq!(audit_pending::organizations(&mut db, 9).await.unwrap().len(), 2);
        let first = audit_pending::take(&mut db, &acme, 100).await.unwrap();
        let rest = audit_pending::take(&mut db, &acme, 100).await.unwrap();

        let taken: Vec<_> = first.iter().chain(&rest).map(|row| row.event()).collect();
        assert_eq!((first.len(), rest.len()), (100, 30));
        for (taken, given) in taken.iter().zip(&events) {
            assert_eq!(taken.event(), given.event());
        }
        assert_eq!(audit_pending::count(&mut db, &acme).await.unwrap(), 0);
        db.commit().await.unwrap();
    })
    .await;
}
