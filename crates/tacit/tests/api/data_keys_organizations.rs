//! Replacing the data key of an organization while it is in use. That logins by each method work meanwhile is tested
//! beside the other tests of the method.

use serde_json::{Value, json};
use tacit::app::{audit_streams::deliver, encryption};
use tacit_store::{
    Settings,
    data_key_rotations::{ANNOUNCED, RUNNING},
};

use crate::{
    harness::{Admin, TestServer, each_engine, node, postgres_schema},
    harness_auth_methods::{Vouched, samples},
    harness_data_keys::{
        OF_ORGANIZATION, finish, of_organization, rotate_organization, rows_under, state,
        wait_for_other_nodes, works_while_the_organizations_key_is_replaced,
    },
    harness_waiting::while_it_is_held,
    webhook_receiver::Receiver,
};

const STREAMS: &str = "/api/v1/audit-log-streams";

async fn stream(admin: &Admin<'_>, url: &str) -> String {
    let body = json!({ "url": url, "headers": [{ "key": "X-Token", "value": "T0KEN" }] });
    let made = admin.ok("POST", STREAMS, Some(body)).await;
    format!("{STREAMS}/{}", made["auditLogStream"]["id"].as_str().unwrap())
}

/// What everything says that is under the key: a stream, and each method with settings.
async fn shown(admin: &Admin<'_>, paths: &[String]) -> Vec<Value> {
    let mut all = Vec::new();
    for path in paths {
        let mut answer = admin.ok("GET", path, None).await;
        // Counts up with every event.
        if let Some(stream) = answer["auditLogStream"].as_object_mut() {
            stream.retain(|field, _| ["url", "headers", "name"].contains(&field.as_str()));
        }
        all.push(answer);
    }
    all
}

async fn deliver_all(server: &TestServer) {
    server.app.audit.flush().await.unwrap();
    while deliver::send_due(&server.app).await.unwrap() > 0 {}
}

#[tokio::test]
async fn a_stream_goes_on_while_the_key_is_replaced() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let receiver = Receiver::start().await;
        stream(&admin, &receiver.url).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            admin.project("Shop").await;
            deliver_all(server).await;
            let sent = receiver.take();
            assert!(sent.iter().any(|one| one.body.contains("create-project")), "nothing was sent");
            assert!(sent.iter().all(|one| one.head.contains("x-token: t0ken")), "{}", sent[0].head);
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn everything_under_the_key_is_as_before_and_another_process_ends_what_one_began() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let owner = of_organization(&admin);
        let mut paths = vec![stream(&admin, "https://logs.test/in").await];
        for (method, settings) in samples() {
            paths.push(Vouched::new(&admin, method, settings).await.path());
        }
        let before = shown(&admin, &paths).await;
        let rows = i64::try_from(paths.len()).unwrap();
        assert_eq!(rows_under(server, &owner, 1).await, rows);
        let key = admin.ok("GET", OF_ORGANIZATION, None).await;
        assert_eq!((&key["keyNumber"], &key["rotation"]), (&json!(1), &Value::Null));

        assert_eq!(rotate_organization(&admin).await["organizations"], 1);
        wait_for_other_nodes(server);
        encryption::go_on(&server.app).await.unwrap();
        assert_eq!(shown(&admin, &paths).await, before, "with rows under both keys");
        let second = server.without_memory().await;
        finish(&second, &owner).await;

        assert_eq!(shown(&admin, &paths).await, before);
        assert_eq!((rows_under(server, &owner, 1).await, rows_under(server, &owner, 2).await), (0, rows));
        let key = admin.ok("GET", OF_ORGANIZATION, None).await;
        assert_eq!((&key["keyNumber"], &key["organizationId"]), (&json!(2), &json!(admin.organization_id)));
        let rotation = &key["rotation"];
        assert_eq!((&rotation["state"], &rotation["damaged"]), (&json!("finished"), &Value::Null));
        assert_eq!((&rotation["rowsDone"], &rotation["rowsTotal"]), (&json!(rows), &json!(rows)));
        for kind in ["rotate-organization-key", "finish-organization-key-rotation", "get-organization-key"] {
            assert!(server.has_event(&admin.organization_id, kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_writes_meanwhile_wins() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let owner = of_organization(&admin);
        let (log, gone) =
            (stream(&admin, "https://logs.test/0").await, stream(&admin, "https://gone.test").await);
        let accounts = json!({ "allowedAccountIds": "123456789012" });
        let machine = Vouched::new(&admin, "aws-auth", accounts.clone()).await;
        rotate_organization(&admin).await;
        let mut made = Vec::new();
        for (state_at, number) in [(ANNOUNCED, 1), (RUNNING, 2)] {
            assert_eq!(state(server, &owner).await, state_at);
            let url = format!("https://logs.test/{number}");
            admin.ok("PATCH", &log, Some(json!({ "url": url, "headers": [] }))).await;
            machine.configure(json!({ "allowedAccountIds": format!("00000000000{number}") })).await;
            made.push(stream(&admin, &url).await);
            made.push(Vouched::new(&admin, "aws-auth", accounts.clone()).await.path());
            if state_at == RUNNING {
                admin.ok("DELETE", &gone, None).await;
            }
            wait_for_other_nodes(server);
            encryption::go_on(&server.app).await.unwrap();
        }
        finish(server, &owner).await;

        assert_eq!(rows_under(server, &owner, 1).await, 0);
        let read = admin.ok("GET", &log, None).await;
        assert_eq!(read["auditLogStream"]["url"], "https://logs.test/2");
        let read = admin.ok("GET", &machine.path(), None).await;
        assert_eq!(read["identityAwsAuth"]["allowedAccountIds"], "000000000002");
        shown(&admin, &made).await;
    })
    .await;
}

#[tokio::test]
async fn who_writes_waits_for_the_key_and_writes_under_the_new_one() {
    let Some(url) = postgres_schema().await else { return };
    let server = node(&Settings::Postgres(url), 1).await;
    let admin = server.with_admin().await;
    let owner = of_organization(&admin);
    let log = stream(&admin, "https://logs.test/in").await;
    let machine = Vouched::new(&admin, "aws-auth", json!({ "allowedAccountIds": "123456789012" })).await;
    let writes = [
        ("PATCH", log, json!({ "url": "https://logs.test/out", "headers": [] })),
        ("POST", STREAMS.to_owned(), json!({ "url": "https://logs.test/more" })),
        ("PATCH", machine.path(), json!({ "allowedAccountIds": "000000000001" })),
    ];
    for ((method, path, body), number) in writes.into_iter().zip(1..) {
        rotate_organization(&admin).await;
        let before = rows_under(&server, &owner, number).await;

        let answer = while_it_is_held(&server, &owner, admin.call(method, &path, Some(body))).await;

        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(rows_under(&server, &owner, number + 1).await, 1, "{method} {path}");
        assert!(rows_under(&server, &owner, number).await <= before);
        finish(&server, &owner).await;
        assert_eq!(rows_under(&server, &owner, number).await, 0);
    }
}

#[tokio::test]
async fn only_who_may_change_the_organization_or_manages_the_server_replaces_its_key() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (_, id, secret) = admin.machine("member", "member").await;
        let member = server.machine_token(&id, &secret).await;
        let (_, id, secret) = admin.machine("admin", "admin").await;
        let owner = server.machine_token(&id, &secret).await;
        let rotate = format!("{OF_ORGANIZATION}/rotate");
        let any = "/api/ui/v1/admin/encryption/rotate-data-keys";
        let this = json!({ "organizationId": admin.organization_id });
        for (token, path, body) in
            [(&member, rotate.as_str(), json!({})), (&member, any, this.clone()), (&owner, any, this.clone())]
        {
            let answer = server.call("POST", path, Some(token), Some(body)).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        }
        for body in [
            json!({ "organizationId": admin.organization_id, "projectId": "x" }),
            json!({ "giveUpDamaged": true }),
        ] {
            assert_eq!(admin.call("POST", any, Some(body)).await.status, 400);
        }
        let unknown = admin.call("POST", any, Some(json!({ "organizationId": "nothing" }))).await;
        assert_eq!(unknown.status, 404, "{}", unknown.text);

        let begun = server.call("POST", &rotate, Some(&owner), Some(json!({}))).await;
        assert_eq!(begun.body, json!({ "projects": 0, "organizations": 1, "rowsLost": 0 }), "{}", begun.text);
        let again = admin.call("POST", any, Some(this)).await;
        assert_eq!(again.status, 400, "{}", again.text);
    })
    .await;
}
