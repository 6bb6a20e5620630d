//! A long log: a search reads the blocks that may hold what it looks for, and hardly any other.

use tacit::app::{
    App,
    audit::{
        blocks,
        walk::{Walk, Wanted},
    },
};
use tacit_core::{
    audit_chain::{BLOCK_LENGTH, Chain},
    id::{OrganizationId, ProjectId},
    time::Timestamp,
};
use tacit_store::{
    audit_chains,
    audit_events::{self, NewAuditEvent, SealedEvent},
};

use crate::harness::{START, TestServer};

/// Events of the log: 195 blocks and a rest.
const EVENTS: i64 = 200_000;
/// What one transaction adds.
const BATCH: i64 = 10_000;

fn acme() -> OrganizationId {
    OrganizationId::new("acme")
}

/// One event a second. Secret RARE is read once in the middle; each project has a stretch of 10,000 events.
async fn fill(app: &App) {
    let organization = acme();
    for batch in 0..EVENTS / BATCH {
        let mut db = app.database.begin().await.unwrap();
        let mut chain = audit_chains::lock(&mut db, &organization).await.unwrap().chain().unwrap();
        let project = ProjectId::new(format!("project {batch}"));
        let ids: Vec<String> = (1..=BATCH).map(|number| format!("{:09}", batch * BATCH + number)).collect();
        let events: Vec<_> = ids
            .iter()
            .zip(batch * BATCH + 1..)
            .map(|(id, number)| event(&organization, &project, id, number))
            .collect();
        let sealed: Vec<SealedEvent<'_>> = events.iter().map(|event| seal(&mut chain, event)).collect();
        audit_events::insert(&mut db, &sealed).await.unwrap();
        audit_chains::advance(&mut db, &organization, &chain).await.unwrap();
        db.commit().await.unwrap();
    }
    blocks::sign_due(app).await.unwrap();
}

fn seal<'a>(chain: &mut Chain, event: &'a NewAuditEvent<'a>) -> SealedEvent<'a> {
    let hash = chain.append(&event.event().digest(&mut Vec::new()));
    SealedEvent { event, sequence: chain.sequence(), hash }
}

fn event<'a>(
    organization: &'a OrganizationId,
    project: &'a ProjectId,
    id: &'a str,
    number: i64,
) -> NewAuditEvent<'a> {
    let key = if number == EVENTS / 2 { "RARE".to_owned() } else { format!("KEY_{}", number % 500) };
    NewAuditEvent {
        id,
        organization_id: organization,
        project_id: Some(project),
        event_type: if number == 1 { "create-project" } else { "get-secret" },
        result: "allowed",
        actor_type: "identity",
        actor_id: Some("machine".into()),
        actor_name: Some("machine".into()),
        metadata: format!("{{\"environment\":\"prod\",\"secretPath\":\"/app\",\"secretKey\":\"{key}\"}}")
            .into(),
        ip: Some("10.0.0.1"),
        user_agent: Some("cli".into()),
        user_agent_type: Some("cli"),
        created_at: START.plus_seconds(number - EVENTS),
    }
}

/// How many stretches of the log a search reads, to its end.
async fn stretches(app: &App, wanted: Wanted) -> usize {
    let mut db = app.database.read().await.unwrap();
    let mut walk = Walk::begin(&mut db, wanted).await.unwrap();
    while walk.next(&mut db).await.unwrap().is_some() {}
    walk.stretches()
}

#[tokio::test]
async fn a_search_in_a_long_log_reads_the_blocks_that_may_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    let server = TestServer::start(&settings, folder).await;
    let app = &server.app;
    fill(app).await;
    let until = |to| Wanted::new(acme(), Timestamp::from_millis(0), to);
    let all = || until(START.plus_seconds(1));
    let mut early = all();
    early.before = 5_000;
    let blocks = usize::try_from(EVENTS / BLOCK_LENGTH).unwrap();
    // The end of the log is in no block yet, and is read always.
    let rest = 1;

    assert_eq!(stretches(app, all()).await, blocks + rest);
    for (wanted, expected) in [
        (all().with("secretKey", ["RARE"]), 1..=2),
        (all().with("secretKey", ["KEY_7"]), blocks..=blocks),
        (all().with("secretKey", ["NOTHING"]), 0..=1),
        (all().with("type", ["create-project"]), 1..=2),
        (all().with("type", ["create-project", "get-secret"]), blocks..=blocks),
        (all().with("actor", ["somebody"]), 0..=1),
        (all().with("ip", ["10.0.0.2"]), 0..=1),
        (all().with("environment", ["dev"]), 0..=1),
        (all().with("secretPath", ["/app"]).with("result", ["denied"]), 0..=1),
        (all().with("an unindexed fact", ["x"]), blocks..=blocks),
        (all().of_project(Some(&ProjectId::new("project 3"))), 10..=12),
        (until(START.plus_seconds(-EVENTS + 5_000)), 5..=5),
        (Wanted::new(acme(), START.plus_seconds(-2_000), START.plus_seconds(1)), 1..=2),
        (early, 5..=5),
    ] {
        let found = stretches(app, wanted.clone()).await;
        let blocks = if wanted.before == 5_000 { found } else { found - rest };
        assert!(expected.contains(&blocks), "{wanted:?}: {blocks}");
    }
}
