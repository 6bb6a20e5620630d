//! What happens when somebody sets the machine's clock: nothing is lost, nothing breaks, and nobody who was shut out
//! comes in again.

use serde_json::{Value, json};

use crate::{
    harness::{TestServer, each_engine},
    harness_identities::{Machine, status_with},
};

const HOUR: i64 = 3600;
const DECADE: i64 = 10 * 365 * 24 * HOUR;

fn texts(objects: &Value, field: &str) -> Vec<String> {
    objects.as_array().unwrap().iter().map(|object| object[field].as_str().unwrap().to_owned()).collect()
}

/// A token of a machine that just signed in.
async fn fresh_token(server: &TestServer, machine: &Machine) -> String {
    let answer = machine.try_login(server, &machine.client_secret).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["accessToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_written_stays_and_is_in_order_whichever_way_the_clock_jumps() {
    each_engine(async |server| {
        let mut admin = server.with_admin().await;
        // That of the identity never ends.
        admin.token = admin.identity_token.clone();
        let project = admin.project("Shop").await;
        let place = format!("workspaceId={project}&projectId={project}&environment=dev");
        let mut written = Vec::new();
        for (number, jump) in [0, -HOUR, DECADE, -DECADE - HOUR, 2 * HOUR].into_iter().enumerate() {
            server.clock.jump_seconds(jump);
            written.push(format!("KEY_{number}"));
            admin.secret(&project, &written[number], "x").await;
            let found = admin.ok("GET", &format!("/api/v4/secrets?{place}"), None).await;
            assert_eq!(texts(&found["secrets"], "secretKey"), written);
        }

        // The longest time there is, because the clock says nothing of when these happened.
        let window = "startDate=2000-01-01T00:00:00Z&endDate=2100-01-01T00:00:00Z";
        let path =
            format!("/api/v1/organization/audit-logs?projectId={project}&eventType=create-secret&{window}");
        let events = admin.ok("GET", &path, None).await;
        let facts: Vec<Value> = events["auditLogs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|log| log["event"]["metadata"].clone())
            .collect();
        written.reverse();
        assert_eq!(texts(&Value::from(facts), "secretKey"), written, "in the order in which they happened");
        admin.ok("GET", &format!("/api/v1/pit/commits?{place}&path=/"), None).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_revoked_stays_so_and_one_that_ended_is_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Machine::new(&admin, "no-access").await;
        machine.configure(&admin, json!({ "accessTokenTTL": 600, "accessTokenMaxTTL": 600 })).await;
        let revoked = fresh_token(server, &machine).await;
        let body = json!({ "accessToken": revoked });
        server.call("POST", "/api/v1/auth/token/revoke", None, Some(body)).await;
        let ending = fresh_token(server, &machine).await;

        for jump in [-HOUR, HOUR, DECADE] {
            server.clock.jump_seconds(jump);
            assert!([401, 403].contains(&status_with(server, &revoked).await), "after {jump}");
        }
        assert!([401, 403].contains(&status_with(server, &ending).await));
        let fresh = fresh_token(server, &machine).await;
        assert_eq!(status_with(server, &fresh).await, 200);
    })
    .await;
}
