//! Limits of credentials on several servers with one database: they hold for all of them together, however
//! many requests come at the same moment.

use futures_util::future::join_all;
use serde_json::json;
use tacit_store::Settings;

use crate::{
    harness::{Answer, TestServer, node, postgres_schema},
    harness_identities::{Machine, status_with},
};

const REQUESTS: usize = 40;

async fn two_nodes() -> Option<[TestServer; 2]> {
    let settings = Settings::Postgres(postgres_schema().await?);
    Some([node(&settings, 1).await, node(&settings, 2).await])
}

/// Logs in many times at once, at one node and the other in turn.
async fn log_in_at_once(nodes: &[TestServer; 2], machine: &Machine, secret: &str) -> Vec<Answer> {
    join_all((0..REQUESTS).map(|number| machine.try_login(&nodes[number % 2], secret))).await
}

fn saying(answers: &[Answer], text: &str) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == 401 && answer.body["message"].as_str().unwrap().contains(text))
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_secret_is_good_for_its_limit_on_all_nodes_together() {
    let Some(nodes) = two_nodes().await else { return };
    let admin = nodes[0].with_admin().await;
    let machine = Machine::new(&admin, "no-access").await;
    let (id, secret) = machine.secret(&admin, json!({ "numUsesLimit": 7 })).await;

    let answers = log_in_at_once(&nodes, &machine, &secret).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 7);
    assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status)));
    let path = format!("{}/client-secrets/{id}", machine.path());
    assert_eq!(admin.ok("GET", &path, None).await["clientSecretData"]["clientSecretNumUses"], 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_is_good_for_its_limit_on_all_nodes_together() {
    let Some(nodes) = two_nodes().await else { return };
    let admin = nodes[0].with_admin().await;
    let machine = Machine::new(&admin, "no-access").await;
    machine.configure(&admin, json!({ "accessTokenNumUsesLimit": 9 })).await;
    let token = machine.login(&nodes[1]).await;

    let statuses = join_all((0..REQUESTS).map(|number| status_with(&nodes[number % 2], &token))).await;

    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 9);
    assert!(statuses.iter().all(|status| [200, 401].contains(status)), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_sent_at_once_get_no_more_answers_than_the_lockout_allows() {
    let Some(nodes) = two_nodes().await else { return };
    let admin = nodes[0].with_admin().await;
    let machine = Machine::new(&admin, "no-access").await;

    let answers = log_in_at_once(&nodes, &machine, "wrong").await;

    assert_eq!(saying(&answers, "is wrong"), 3);
    assert_eq!(saying(&answers, "Locked"), REQUESTS - 3);
    for node in &nodes {
        assert_eq!(saying(&[machine.try_login(node, &machine.client_secret).await], "Locked"), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lock_that_comes_first_is_not_lifted_by_a_login_that_was_on_its_way() {
    let Some(nodes) = two_nodes().await else { return };
    let admin = nodes[0].with_admin().await;
    let machine = Machine::new(&admin, "no-access").await;
    for _ in 0..20 {
        admin.ok("POST", &format!("{}/clear-lockouts", machine.path()), None).await;
        let guess = |number: usize| {
            let secret = if number == 5 { machine.client_secret.as_str() } else { "wrong" };
            machine.try_login(&nodes[number % 2], secret)
        };

        let answers = join_all((0..12).map(guess)).await;

        // Eleven wrong ones: three before and three after the right one at most, and then a lock.
        let wrong = saying(&answers, "is wrong");
        assert!((3..=5).contains(&wrong), "{wrong} guesses were answered");
        assert_eq!(saying(&[machine.try_login(&nodes[0], &machine.client_secret).await], "Locked"), 1);
    }
}
