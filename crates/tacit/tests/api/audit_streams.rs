//! Sending audit logs elsewhere as they grow.

use serde_json::{Value, json};
use tacit::app::{Settings, audit_streams::deliver};
use tacit_store::Settings as Database;

use crate::{
    audit_stream_receivers::SyslogServer,
    harness::{Admin, Answer, TestServer, each_engine, each_engine_with, node, postgres_schema},
    harness_certificates::Authority,
    harness_https::StandIn,
    harness_identities::audit_text,
    webhook_receiver::{Received, Receiver},
};

const PATH: &str = "/api/v1/audit-log-streams";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Makes a stream and returns its path.
async fn make(admin: &Admin<'_>, url: &str, more: Value) -> String {
    let mut body = json!({ "url": url });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = admin.ok("POST", PATH, Some(body)).await;
    format!("{PATH}/{}", made["auditLogStream"]["id"].as_str().unwrap())
}

async fn shown(admin: &Admin<'_>, stream: &str) -> Value {
    admin.ok("GET", stream, None).await["auditLogStream"].clone()
}

/// Sends until nothing is due.
async fn round(server: &TestServer) {
    server.app.audit.flush().await.unwrap();
    while deliver::send_due(&server.app).await.unwrap() > 0 {}
}

/// The events of requests with one JSON object a line.
fn events(requests: &[Received]) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap();
    requests.iter().flat_map(|one| one.body.lines().map(line)).collect()
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["sequence"].as_i64().unwrap()).collect()
}

/// The numbers of all events that the log has.
async fn log(server: &TestServer, admin: &Admin<'_>) -> Vec<i64> {
    server.events(&admin.organization_id).await.iter().map(|event| event.sequence).collect()
}

#[tokio::test]
async fn a_stream_is_made_read_changed_and_deleted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let header = json!([{ "key": "Authorization", "value": "Bearer canary" }]);
        let stream =
            make(&admin, "https://logs.test/in?canary", json!({ "headers": header, "name": "SIEM" })).await;

        let read = shown(&admin, &stream).await;
        assert_eq!(
            (&read["name"], &read["type"], &read["format"]),
            (&json!("SIEM"), &json!("http"), &json!("ndjson"))
        );
        assert_eq!((&read["url"], &read["headers"]), (&json!("https://logs.test/in?canary"), &header));
        assert_eq!((&read["isPaused"], &read["lastError"]), (&json!(false), &Value::Null));
        let listed = admin.ok("GET", PATH, None).await["auditLogStreams"].clone();
        assert_eq!(listed[0]["id"], read["id"]);
        assert_eq!(listed[0]["headers"], Value::Null);

        let moved = json!({ "url": "https://evil.test/" });
        let refused = admin.call("PATCH", &stream, Some(moved.clone())).await;
        assert_eq!(refused.status, 422, "headers do not go along: {}", refused.text);
        let believed = json!({ "caCertificate": Authority::new("Evil CA").pem });
        let refused = admin.call("PATCH", &stream, Some(believed)).await;
        assert_eq!(refused.status, 422, "nor to whom others vouch for: {}", refused.text);
        let change =
            json!({ "url": "https://other.test/", "headers": [], "name": "Other", "isPaused": true });
        let changed = admin.ok("PATCH", &stream, Some(change)).await["auditLogStream"].clone();
        assert_eq!((&changed["url"], &changed["name"]), (&json!("https://other.test/"), &json!("Other")));
        assert_eq!(changed["isPaused"], true);

        assert_eq!(admin.ok("DELETE", &stream, None).await["auditLogStream"]["id"], read["id"]);
        assert_eq!(admin.call("GET", &stream, None).await.status, 404);
        for kind in ["create", "get", "update", "delete"] {
            let kind = format!("{kind}-audit-log-stream");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
        assert!(!audit_text(&admin).await.contains("canary"));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_target_is_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let header = |key: &str, value: &str| json!([{ "key": key, "value": value }]);
        let https = "https://logs.test";
        for (body, field) in [
            (json!({ "url": "logs.test" }), "url"),
            (json!({ "url": "file:///etc/passwd" }), "url"),
            (json!({ "url": "file:../x" }), "url"),
            (json!({ "url": "https://a:b@logs.test" }), "url"),
            (json!({ "url": "syslog+udp://logs.test" }), "url"),
            (json!({ "url": "syslog+tls://logs.test/path" }), "url"),
            (json!({ "url": format!("{https}/{}", "x".repeat(2048)) }), "url"),
            (json!({ "url": https, "headers": header("Host", "x") }), "headers"),
            (json!({ "url": https, "headers": header("a b", "x") }), "headers"),
            (json!({ "url": https, "headers": header("a", "b\r\nc: d") }), "headers"),
            (json!({ "url": https, "headers": vec![json!({ "key": "a", "value": "" }); 21] }), "headers"),
            (json!({ "url": "syslog+tcp://logs.test", "headers": header("a", "b") }), "headers"),
            (json!({ "url": https, "caCertificate": "x" }), "caCertificate"),
            (json!({ "url": https, "format": "xml" }), "format"),
            (json!({ "url": https, "name": "x".repeat(65) }), "name"),
        ] {
            let answer = admin.call("POST", PATH, Some(body.clone())).await;
            assert_eq!(answer.status, 422, "{body}: {}", answer.text);
            assert!(answer.text.contains(field), "{body}: {}", answer.text);
        }
        let no_folder = admin.call("POST", PATH, Some(json!({ "url": "file:" }))).await;
        assert_eq!(no_folder.status, 400);
        assert!(no_folder.text.contains("--audit-stream-dir"), "{}", no_folder.text);
        for number in 0..10 {
            make(&admin, &format!("{https}/{number}"), json!({})).await;
        }
        assert_eq!(admin.call("POST", PATH, Some(json!({ "url": https }))).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn events_are_sent_once_in_order_with_the_headers() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let receiver = Receiver::start().await;
        let header = json!([{ "key": "X-Token", "value": "T0KEN" }]);
        let stream = make(&admin, &receiver.url, json!({ "headers": header })).await;
        let before = shown(&admin, &stream).await["deliveredSequence"].as_i64().unwrap();
        admin.project("Shop").await;

        round(server).await;

        let requests = receiver.take();
        assert!(requests[0].head.contains("content-type: application/x-ndjson"), "{}", requests[0].head);
        assert!(requests[0].head.contains("x-token: t0ken"), "{}", requests[0].head);
        let sent = events(&requests);
        let all = log(server, &admin).await;
        assert_eq!(numbers(&sent), (before + 1..=*all.last().unwrap()).collect::<Vec<_>>());
        let project = sent.iter().find(|event| event["eventType"] == "create-project").unwrap();
        assert_eq!(project["organizationId"], json!(admin.organization_id));
        assert_eq!((&project["result"], &project["actor"]["type"]), (&json!("allowed"), &json!("user")));
        assert!(project["eventMetadata"].is_object() && project["createdAt"].is_string());

        let after = shown(&admin, &stream).await;
        assert_eq!(after["eventsWaiting"].as_i64().unwrap(), 0);
        assert!(after["lastDeliveredAt"].is_string());
        round(server).await;
        let again = events(&receiver.take());
        assert!(again.iter().all(|event| event["eventType"] == "get-audit-log-stream"), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_later_and_nothing_is_lost() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let receiver = Receiver::start().await;
        receiver.will_answer(&["503 No", "301 Moved", "500 No"]);
        let stream = make(&admin, &receiver.url, json!({})).await;
        let mut all = Vec::new();
        for (seconds, attempts) in [(2, 1), (4, 2), (8, 3)] {
            round(server).await;
            round(server).await;
            assert_eq!(receiver.take().len(), 1, "one attempt, then it waits");
            let failing = shown(&admin, &stream).await;
            assert_eq!(failing["failedAttempts"], attempts);
            assert!(failing["eventsWaiting"].as_i64().unwrap() > 0);
            assert!(failing["lastError"].as_str().unwrap().contains("answered with status"), "{failing}");
            assert!(!failing["lastError"].as_str().unwrap().contains("canary"));
            server.clock.advance_seconds(seconds - 1);
            round(server).await;
            assert!(receiver.take().is_empty());
            server.clock.advance_seconds(1);
        }
        round(server).await;
        all.extend(numbers(&events(&receiver.take())));
        let log = log(server, &admin).await;
        assert_eq!(all, log[log.len() - all.len()..]);
        let current = shown(&admin, &stream).await;
        assert_eq!((&current["failedAttempts"], &current["lastError"]), (&json!(0), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_log_that_is_longer_than_a_batch_is_sent_from_its_beginning() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for _ in 0..600 {
            admin.ok("GET", "/api/v1/organization/audit-logs?limit=1", None).await;
        }
        let receiver = Receiver::start().await;
        make(&admin, &receiver.url, json!({ "fromBeginning": true, "format": "json" })).await;
        round(server).await;
        let requests = receiver.take();
        assert_eq!(requests.len(), 2);
        let sent: Vec<Value> =
            requests.iter().flat_map(|one| one.json().as_array().unwrap().clone()).collect();
        assert_eq!(numbers(&sent), log(server, &admin).await);
    })
    .await;
}

#[tokio::test]
async fn a_paused_stream_goes_on_where_it_was() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let receiver = Receiver::start().await;
        let stream = make(&admin, &receiver.url, json!({})).await;
        round(server).await;
        let mut sent = numbers(&events(&receiver.take()));
        admin.ok("PATCH", &stream, Some(json!({ "isPaused": true }))).await;
        admin.project("Shop").await;
        round(server).await;
        assert!(receiver.take().is_empty());
        admin.ok("PATCH", &stream, Some(json!({ "isPaused": false }))).await;
        round(server).await;
        sent.extend(numbers(&events(&receiver.take())));
        let log = log(server, &admin).await;
        assert_eq!(sent, log[log.len() - sent.len()..]);
    })
    .await;
}

#[tokio::test]
async fn syslog_servers_get_messages_that_are_counted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for syslog in [SyslogServer::plain(), SyslogServer::tls()] {
            let stream = make(&admin, &syslog.url, json!({ "caCertificate": syslog.certificate })).await;
            admin.call("GET", &format!("{PATH}/{NOBODY}"), None).await;
            round(server).await;
            let (heads, sent): (Vec<String>, Vec<Value>) = syslog.take().into_iter().unzip();
            assert!(heads[0].starts_with("<110>1 2026-01-31T12:00:00.000Z - tacit - "), "{}", heads[0]);
            assert!(heads[0].ends_with(" create-audit-log-stream -"), "{}", heads[0]);
            let log = log(server, &admin).await;
            assert_eq!(numbers(&sent), log[log.len() - sent.len()..]);
            assert_eq!(shown(&admin, &stream).await["type"], "syslog");
            admin.ok("DELETE", &stream, None).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_syslog_server_that_nobody_trusts_or_that_is_not_there_gets_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let stranger = SyslogServer::tls();
        let other = SyslogServer::tls();
        for (url, certificate, why) in [
            (stranger.url.as_str(), other.certificate.as_str(), "TLS failed"),
            ("syslog+tcp://127.0.0.1:9", "", "connection failed"),
            ("syslog+tcp://127.0.0.2:9", "", "not permitted"),
            ("http://127.0.0.2:9", "", "not permitted"),
        ] {
            let stream = make(&admin, url, json!({ "caCertificate": certificate })).await;
            round(server).await;
            let failing = shown(&admin, &stream).await;
            assert!(failing["lastError"].as_str().unwrap().contains(why), "{url}: {failing}");
            let tested = admin.ok("POST", &format!("{stream}/test"), None).await;
            assert_eq!(tested["delivered"], false);
            assert!(tested["error"].as_str().unwrap().contains(why), "{url}: {tested}");
            admin.ok("DELETE", &stream, None).await;
        }
        assert!(stranger.take().is_empty());
    })
    .await;
}

#[tokio::test]
async fn files_are_written_into_the_folder_of_the_operator() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { audit_stream_folder: Some(folder.path().to_owned()), ..Settings::default() };
    each_engine_with(settings, "", async |server| {
        let admin = server.with_admin().await;
        let stream = make(&admin, "file:", json!({})).await;
        let id = stream.rsplit('/').next().unwrap();
        round(server).await;
        admin.project("Shop").await;
        round(server).await;
        let path = folder.path().join(format!("{id}.ndjson"));
        let text = std::fs::read_to_string(&path).unwrap();
        let sent: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let log = log(server, &admin).await;
        assert_eq!(numbers(&sent), log[log.len() - sent.len()..]);
        assert!(sent.iter().any(|event| event["eventType"] == "create-project"));
        // On each engine ids are the same.
        std::fs::remove_file(path).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_test_sends_one_event_that_is_in_no_log() {
    let trusted = StandIn::start(|_| (200, String::new()));
    each_engine_with(Settings::default(), &trusted.certificate, async |server| {
        let admin = server.with_admin().await;
        trusted.take();
        let stream = make(&admin, &trusted.url, json!({})).await;
        let tested = admin.ok("POST", &format!("{stream}/test"), None).await;
        assert_eq!((&tested["delivered"], &tested["error"]), (&json!(true), &Value::Null));
        let asked = trusted.take();
        assert_eq!(asked.len(), 1);
        let event: Value = serde_json::from_str(&asked[0].body).unwrap();
        assert_eq!(
            (&event["eventType"], &event["sequence"]),
            (&json!("test-audit-log-stream"), &Value::Null)
        );
        assert!(server.has_event(&admin.organization_id, "test-audit-log-stream").await);
    })
    .await;
}

async fn with_role(admin: &Admin<'_>, role: &str) -> String {
    let (_, client, secret) = admin.machine(role, role).await;
    admin.server.machine_token(&client, &secret).await
}

#[tokio::test]
async fn only_who_may_read_the_whole_log_sends_it_elsewhere() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let header = json!([{ "key": "X-Token", "value": "canary" }]);
        let stream = make(&admin, "https://logs.test/canary", json!({ "headers": header })).await;
        let rules = |settings: &[&str], log: bool| {
            let mut rules = vec![json!({ "subject": "settings", "action": settings })];
            if log {
                rules.push(json!({ "subject": "audit-logs", "action": ["read"] }));
            }
            rules
        };
        let all = ["read", "create", "edit", "delete"];
        for (slug, rules, may_read) in [
            ("no-log", rules(&all, false), false),
            ("reader", rules(&["read"], true), true),
            ("no-projects", rules(&all, true), true),
        ] {
            let role = json!({ "slug": slug, "name": slug, "permissions": rules });
            let path = format!("/api/v1/organization/{}/roles", admin.organization_id);
            admin.ok("POST", &path, Some(role)).await;
            let token = with_role(&admin, slug).await;
            let call = async |method: &str, path: &str, body: Option<Value>| -> Answer {
                server.call(method, path, Some(&token), body).await
            };
            for path in [PATH, stream.as_str()] {
                let answer = call("GET", path, None).await;
                assert_eq!(answer.status, if may_read { 200 } else { 403 }, "{slug} {path}: {}", answer.text);
                assert!(slug == "no-projects" || !answer.text.contains("canary"), "{slug}: {}", answer.text);
            }
            let body = json!({ "url": "https://evil.test" });
            for (method, path, body) in [
                ("POST", PATH, Some(body.clone())),
                ("PATCH", &stream, Some(json!({ "isPaused": true }))),
                ("POST", &format!("{stream}/test"), None),
                ("DELETE", &stream, None),
            ] {
                let answer = call(method, path, body).await;
                assert_eq!(answer.status, 403, "{slug} {method} {path}: {}", answer.text);
            }
        }
        let token = with_role(&admin, "no-access").await;
        assert_eq!(server.call("GET", PATH, Some(&token), None).await.status, 403);

        let other = server.second_organization().await;
        assert_eq!(other.ok("GET", PATH, None).await, json!({ "auditLogStreams": [] }));
        let foreign = other.call("GET", &stream, None).await;
        let unknown = other.call("GET", &format!("{PATH}/{NOBODY}"), None).await;
        assert_eq!((foreign.status, unknown.status), (404, 404));
    })
    .await;
}

#[tokio::test]
async fn streams_keep_organizations_apart_and_hold_up_nobody() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let other = server.second_organization().await;
        let (here, there) = (Receiver::start().await, Receiver::start().await);
        make(&admin, &here.url, json!({})).await;
        make(&other, &there.url, json!({})).await;
        make(&admin, "http://127.0.0.1:9", json!({})).await;
        round(server).await;
        for (receiver, owner) in [(&here, &admin), (&there, &other)] {
            let sent = events(&receiver.take());
            assert!(!sent.is_empty());
            assert!(sent.iter().all(|event| event["organizationId"] == json!(owner.organization_id)));
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_nodes_one_sends_and_what_a_dead_one_had_taken_is_sent_by_the_other() {
    let Some(url) = postgres_schema().await else { return };
    let settings = Database::Postgres(url);
    let (here, there) = (node(&settings, 1).await, node(&settings, 2).await);
    let admin = here.with_admin().await;
    let receiver = Receiver::start().await;
    make(&admin, &receiver.url, json!({})).await;
    admin.project("Shop").await;
    here.app.audit.flush().await.unwrap();

    tokio::join!(round(&here), round(&there));
    let sent = numbers(&events(&receiver.take()));
    let log = log(&here, &admin).await;
    assert_eq!(sent, log[log.len() - sent.len()..]);

    admin.project("Other").await;
    here.app.audit.flush().await.unwrap();
    // The future is dropped before it has written how it went, as when the node dies.
    receiver.will_answer(&["200 OK"]);
    let mut dying = Box::pin(deliver::send_due(&here.app));
    while receiver.take().is_empty() {
        std::future::poll_fn(|context| {
            let _ = dying.as_mut().poll(context);
            std::task::Poll::Ready(())
        })
        .await;
        tokio::task::yield_now().await;
    }
    drop(dying);
    round(&there).await;
    assert!(receiver.take().is_empty(), "it is taken still");
    there.clock.advance_seconds(61);
    round(&there).await;
    assert!(!receiver.take().is_empty(), "sent again");
}
