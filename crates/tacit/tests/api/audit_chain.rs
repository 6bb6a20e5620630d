//! The chain of the audit log: whatever is done to a stored event is found, by several nodes no link is lost or
//! given twice, and what retention removes leaves the rest proven.

use serde_json::{Value, json};
use tacit::app::{
    App, Client,
    audit::{self, Event, anchor, blocks, retention, verify},
};
use tacit_core::{
    audit_chain::{BLOCK_LENGTH, Checkpoint, Fault, Proof, VerifyingKey},
    id::{OrganizationId, ProjectId},
};
use tacit_store::{
    Settings, Value as Cell, audit_blocks, audit_chains, audit_checkpoints, audit_events, audit_prunings,
};

use crate::harness::{Answer, TestServer, each_engine, node, postgres_schema};

const DAY_SECONDS: i64 = 24 * 60 * 60;

fn acme() -> OrganizationId {
    OrganizationId::new("acme")
}

fn client() -> Client {
    Client { ip: std::net::Ipv4Addr::LOCALHOST.into(), user_agent: "cli".into() }
}

fn event(app: &App, number: usize) -> Event {
    Event::by_nobody(app, &client(), "get-secret")
        .organization(&acme())
        .project(&ProjectId::new(if number.is_multiple_of(2) { "even" } else { "odd" }))
        .actor("user", "ada", "ada@example.test")
        .with("secretKey", format!("KEY_{number}"))
}

/// Writes events as use cases do.
async fn write(app: &App, numbers: std::ops::Range<usize>) {
    let events: Vec<Event> = numbers.map(|number| event(app, number)).collect();
    app.write(move |work| {
        Box::pin(async move {
            for event in events {
                work.record(event);
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn keys(app: &App) -> Vec<VerifyingKey> {
    verify::keys(&app.database, None).await.unwrap().into_iter().map(|known| known.key).collect()
}

async fn verified(app: &App, kept: &[Checkpoint]) -> verify::Report {
    verify::verify(&app.database, &acme(), &keys(app).await, kept, &|_| {}).await.unwrap()
}

async fn execute(app: &App, sql: &str, parameters: &[Cell<'_>]) {
    let mut db = app.database.begin().await.unwrap();
    assert!(db.execute(sql, parameters).await.unwrap() > 0, "{sql}");
    db.commit().await.unwrap();
}

#[tokio::test]
async fn events_are_sealed_without_a_gap_in_the_order_they_happened_and_proven() {
    each_engine(async |server| {
        for number in 0..40 {
            write(&server.app, number..number + 1).await;
            server.app.audit.record(event(&server.app, 1000 + number)).unwrap();
        }
        let before = verified(&server.app, &[]).await;

        let rows = server.events("acme").await;

        assert_eq!(before.fault, None);
        assert_eq!(rows.iter().map(|row| row.sequence).collect::<Vec<_>>(), (1..=80).collect::<Vec<_>>());
        let written: Vec<_> = rows.iter().filter(|row| !row.metadata.contains("KEY_10")).collect();
        assert!(written.is_sorted_by_key(|row| &row.id));
        let report = verified(&server.app, &[]).await;
        assert_eq!((report.fault, report.counts.events, report.waiting), (None, 80, 0));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_any_column_is_found_and_the_first_event_named() {
    each_engine(async |server| {
        let app = &server.app;
        write(app, 0..20).await;
        blocks::sign_now(app, &acme()).await.unwrap().unwrap();
        let changes = [
            ("id", Cell::Text("other")),
            ("project_id", Cell::Null),
            ("event_type", Cell::Text("get-secrets")),
            ("result", Cell::Text("denied")),
            ("actor_type", Cell::Text("identity")),
            ("actor_id", Cell::Text("eve")),
            ("actor_name", Cell::Text("")),
            ("metadata", Cell::Text("{}")),
            ("ip", Cell::Text("10.0.0.1")),
            ("user_agent", Cell::Null),
            ("user_agent_type", Cell::Text("web")),
            ("created_at", Cell::Integer(1)),
            ("hash", Cell::Bytes(&[0; 32])),
        ];
        assert_eq!(verified(app, &[]).await.fault, None);
        // Each in an event before the one that was changed last, so that it is the first.
        for (sequence, (column, value)) in (1..=13).rev().zip(changes) {
            let set = format!(
                "UPDATE audit_events SET {column} = $1 WHERE organization_id = 'acme' AND sequence = {sequence}"
            );
            execute(app, &set, &[value]).await;
            assert_eq!(verified(app, &[]).await.fault, Some(Fault::Changed(sequence)), "{column}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_removed_or_cut_off_or_signed_by_another_is_found() {
    each_engine(async |server| {
        let app = &server.app;
        write(app, 0..20).await;
        let kept = blocks::sign_now(app, &acme()).await.unwrap().unwrap();
        let mut db = app.database.begin().await.unwrap();
        audit_events::delete(&mut db, &acme(), &[19, 20]).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(verified(app, &[]).await.fault, Some(Fault::Missing(19)));

        // Whoever cut them off has also set the end of the chain back, and deleted the checkpoint.
        let hash = audit_events::hash_at(&mut app.database.read().await.unwrap(), &acme(), 18).await.unwrap();
        let set = "UPDATE audit_chains SET last_sequence = 18, last_hash = $1, signed_sequence = 0 \
                    WHERE organization_id = 'acme'";
        execute(app, set, &[Cell::Bytes(hash.unwrap().as_bytes())]).await;
        let mut db = app.database.begin().await.unwrap();
        audit_checkpoints::delete_between(&mut db, &acme(), 0, 100).await.unwrap();
        db.commit().await.unwrap();

        assert_eq!(verified(app, &[]).await.fault, None, "nothing in the database says so");
        let fault = verified(app, &[kept]).await.fault;
        assert_eq!(fault, Some(Fault::CutOff { first: 19, last: 20 }));
    })
    .await;
}

#[tokio::test]
async fn checkpoints_are_kept_in_a_file_that_never_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit-checkpoints");
    let settings =
        tacit::app::Settings { audit_checkpoints: Some(path.clone()), ..tacit::app::Settings::default() };
    crate::harness::each_engine_with(settings, "", async |server| {
        let app = &server.app;
        let _ = std::fs::remove_file(&path);
        write(app, 0..3).await;
        let first = blocks::sign_now(app, &acme()).await.unwrap().unwrap();
        anchor::keep(app).await.unwrap();
        assert_eq!(anchor::read(&path).unwrap(), [first]);
        write(app, 3..9).await;
        let second = blocks::sign_now(app, &acme()).await.unwrap().unwrap();
        anchor::keep(app).await.unwrap();
        assert_eq!(anchor::read(&path).unwrap(), std::slice::from_ref(&second));

        let hash = audit_events::hash_at(&mut app.database.read().await.unwrap(), &acme(), 3).await.unwrap();
        let set = "UPDATE audit_chains SET last_sequence = 3, last_hash = $1, signed_sequence = 0 \
                    WHERE organization_id = 'acme'";
        execute(app, set, &[Cell::Bytes(hash.unwrap().as_bytes())]).await;
        let mut db = app.database.begin().await.unwrap();
        audit_checkpoints::delete_between(&mut db, &acme(), 0, 100).await.unwrap();
        db.commit().await.unwrap();
        blocks::sign_now(app, &acme()).await.unwrap().unwrap();
        anchor::keep(app).await.unwrap();
        assert_eq!(anchor::read(&path).unwrap(), [second]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_seal_one_log_at_once_leave_no_gap_and_no_fork() {
    let Some(url) = postgres_schema().await else { return };
    let settings = Settings::Postgres(url);
    let nodes = [node(&settings, 1).await, node(&settings, 2).await];
    let mut tasks = Vec::new();
    for task in 0..16 {
        let app = nodes[task % 2].app.clone();
        tasks.push(tokio::spawn(async move {
            for turn in 0..10 {
                let number = task * 100 + turn * 3;
                write(&app, number..number + 2).await;
                app.audit.record(event(&app, number + 2)).unwrap();
                if turn % 3 == 0 {
                    app.audit.flush().await.unwrap();
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    for node in &nodes {
        node.app.audit.flush().await.unwrap();
    }

    let report = verified(&nodes[0].app, &[]).await;

    assert_eq!((report.fault, report.counts.events, report.waiting), (None, 480, 0));
}

/// Three whole blocks and a little more, of two projects, of which `odd` exists and keeps its events for 30 days.
async fn with_blocks(server: &TestServer) -> Value {
    let admin = server.with_admin().await;
    let id = admin.project("Odd").await;
    let path = format!("/api/v1/projects/{id}/audit-logs-retention");
    admin.ok("PUT", &path, Some(json!({ "auditLogsRetentionDays": 30 }))).await;
    let (app, organization) = (&server.app, OrganizationId::new(&admin.organization_id));
    server.app.audit.flush().await.unwrap();
    let chain = audit_chains::find(&mut app.database.read().await.unwrap(), &organization).await.unwrap();
    let before = chain.unwrap().last_sequence;
    let events: Vec<Event> = (before..before + 3 * BLOCK_LENGTH)
        .map(|before| {
            let event = Event::by_nobody(app, &client(), "get-secret").organization(&organization);
            // The second block is of the project alone.
            let is_of_project = before / BLOCK_LENGTH == 1 || before % 2 == 0;
            if is_of_project { event.project(&ProjectId::new(id.as_str())) } else { event }
        })
        .collect();
    let mut db = app.database.begin().await.unwrap();
    audit::insert(&mut db, &events).await.unwrap();
    db.commit().await.unwrap();
    app.audit.flush().await.unwrap();
    blocks::sign_due(app).await.unwrap();
    json!({ "organization": admin.organization_id, "project": id })
}

#[tokio::test]
async fn what_retention_removes_leaves_the_rest_proven_and_what_others_remove_is_found() {
    each_engine(async |server| {
        let ids = with_blocks(server).await;
        let (app, project) = (&server.app, ids["project"].as_str().unwrap());
        let organization = OrganizationId::new(ids["organization"].as_str().unwrap());
        let report = async || {
            verify::verify(&app.database, &organization, &keys(app).await, &[], &|_| {}).await.unwrap()
        };
        let all = report().await;
        assert_eq!(all.fault, None);
        assert!(!retention::step(app).await.unwrap());
        assert_eq!(report().await, all, "nothing is old enough");

        server.clock.advance_seconds(31 * DAY_SECONDS);
        while retention::step(app).await.unwrap() {}

        let pruned = report().await;
        assert_eq!((&pruned.fault, pruned.counts.pruned_blocks), (&None, 3));
        assert_eq!(pruned.counts.events + pruned.counts.pruned, all.counts.events);
        assert!(pruned.counts.pruned > 2_000, "{pruned:?}");
        let mut db = app.database.read().await.unwrap();
        let kept = audit_events::list(&mut db, &organization, 1, 10_000).await.unwrap();
        let closed = audit_chains::find(&mut db, &organization).await.unwrap().unwrap().closed_sequence;
        let old = |row: &&audit_events::AuditEventRow| {
            row.sequence <= closed && row.project_id.as_ref().is_some_and(|id| id.as_str() == project)
        };
        assert_eq!(kept.iter().filter(old).count(), 0);
        drop(db);

        // An event of a block that went in parts, without a statement that says so.
        let gone = kept.iter().find(|row| row.sequence <= closed).unwrap().sequence;
        let mut db = app.database.begin().await.unwrap();
        audit_events::delete(&mut db, &organization, &[gone]).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(report().await.fault, Some(Fault::Missing(gone)));
    })
    .await;
}

#[tokio::test]
async fn a_whole_block_that_went_leaves_its_statement_and_a_forged_one_is_found() {
    each_engine(async |server| {
        let ids = with_blocks(server).await;
        let (app, organization) = (&server.app, OrganizationId::new(ids["organization"].as_str().unwrap()));
        server.clock.advance_seconds(31 * DAY_SECONDS);
        while retention::step(app).await.unwrap() {}
        let mut db = app.database.read().await.unwrap();
        let prunings = audit_prunings::list(&mut db, &organization, 1, 10_000).await.unwrap();
        let whole: Vec<i64> = prunings
            .iter()
            .filter(|row| row.pruned_count == BLOCK_LENGTH)
            .map(|row| row.last_sequence)
            .collect();
        assert_eq!((prunings.len(), whole.as_slice()), (3, &[2 * BLOCK_LENGTH][..]));
        let (from, to) = (tacit_core::time::Timestamp::from_millis(0), app.now());
        let blocks = audit_blocks::list_newest(&mut db, &organization, 10_000, from, to, 9).await.unwrap();
        assert_eq!(blocks.len() + whole.len(), 3);
        drop(db);

        execute(app, "UPDATE audit_prunings SET pruned_at = 1 WHERE first_sequence = 1025", &[]).await;

        let report =
            verify::verify(&app.database, &organization, &keys(app).await, &[], &|_| {}).await.unwrap();
        assert_eq!(report.fault, Some(Fault::BadPruning(1025)));
    })
    .await;
}

async fn get(server: &TestServer, path: &str, token: &str) -> Answer {
    server.call("GET", path, Some(token), None).await
}

#[tokio::test]
async fn an_event_is_proven_to_those_who_may_see_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let elsewhere = server.second_organization().await;
        project.secret("FOO", "x").await;
        let viewer = project.person("vera@example.test", "viewer").await;
        let events = server.events(&admin.organization_id).await;
        let row = events.iter().find(|row| row.event_type == "create-secret").unwrap();
        let path = format!("/api/ui/v1/audit-logs/events/{}/proof", row.id);

        let answer = get(server, &path, &admin.token).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        let proof: Proof = serde_json::from_value(answer.body).unwrap();
        assert_eq!((proof.sequence, &proof.event.id), (row.sequence, &row.id));
        assert_eq!(proof.check().unwrap(), keys(&server.app).await[0]);
        assert_eq!(get(server, &path, &viewer).await.status, 200);
        assert_eq!(get(server, &path, &project.outsider().await).await.status, 404);
        assert_eq!(get(server, &path, &elsewhere.token).await.status, 404);
        assert_eq!(get(server, "/api/ui/v1/audit-logs/events/nope/proof", &admin.token).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_dashboard_proves_the_log_in_the_background() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let before = admin.ok("GET", "/api/ui/v1/audit-logs/chain", None).await;
        assert_eq!((&before["verification"], &before["runningAt"]), (&Value::Null, &Value::Null));

        let started = admin.ok("POST", "/api/ui/v1/audit-logs/verify", Some(json!({}))).await;
        let mut state = started;
        while state["verification"].is_null() {
            state = admin.ok("GET", "/api/ui/v1/audit-logs/chain", None).await;
        }

        assert_eq!(state["verification"]["fault"], Value::Null);
        assert!(state["verification"]["events"].as_i64().unwrap() > 2);
        let line = admin.ok("POST", "/api/ui/v1/audit-logs/checkpoint", Some(json!({}))).await;
        let checkpoint = Checkpoint::parse_line(line["checkpoint"].as_str().unwrap()).unwrap();
        assert!(checkpoint.is_signed_by(&keys(&server.app).await[0]));
        let organization = OrganizationId::new(&admin.organization_id);
        let (database, keys) = (&server.app.database, keys(&server.app).await);
        let report = verify::verify(database, &organization, &keys, &[checkpoint], &|_| {}).await.unwrap();
        assert_eq!(report.fault, None);
    })
    .await;
}

#[tokio::test]
async fn an_export_has_what_the_filter_lets_through_and_is_an_event_itself() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("FOO", "x").await;
        project.secret("=BAR", "x").await;
        let base = format!("/api/ui/v1/audit-logs/export?projectId={}&eventType=create-secret", project.id);

        let ndjson = get(server, &base, &admin.token).await;
        let csv = get(server, &format!("{base}&format=csv"), &admin.token).await;

        let lines: Vec<Value> = ndjson.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{}", ndjson.text);
        assert_eq!(lines[0]["event"]["metadata"]["secretKey"], "=BAR");
        assert_eq!(ndjson.headers["content-type"], "application/x-ndjson");
        let rows: Vec<&str> = csv.text.split("\r\n").collect();
        assert_eq!(rows.len(), 4, "{}", csv.text);
        assert!(
            rows[0].starts_with("time,event,result") && rows[1].contains("create-secret,allowed,identity")
        );
        assert_eq!(get(server, &format!("{base}&format=xml"), &admin.token).await.status, 422);
        assert_eq!(get(server, &base, &project.outsider().await).await.status, 403);
        let exports = server.events(&admin.organization_id).await;
        let exports = exports.iter().filter(|row| row.event_type == "export-audit-logs");
        assert_eq!(exports.filter(|row| row.result == "allowed").count(), 2);
    })
    .await;
}
