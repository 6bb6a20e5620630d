//! Rate limits: off unless a rate is set; each caller and each address on its own; honest about when to come again.

use serde_json::{Value, json};
use tacit::http::{
    limits::{BODY_TIME_DEFAULT, Limits},
    rate_limit::{RateLimits, Rates},
    route::{Access, Class},
    routes,
};

use crate::harness::{Admin, Answer, TestServer, each_engine};

fn limits(rates: Rates) -> Limits {
    Limits::new(BODY_TIME_DEFAULT, RateLimits::new(rates))
}

fn number(answer: &Answer, header: &str) -> i64 {
    assert!(answer.headers.contains_key(header), "no {header}: {}", answer.text);
    answer.headers[header].to_str().unwrap().parse().unwrap()
}

/// Whether it was answered for coming too often, in the wire's form.
fn is_refused(answer: &Answer) -> bool {
    if answer.status != 429 {
        return false;
    }
    let seconds = number(answer, "retry-after");
    let message = format!("Rate limit exceeded. Please try again in {seconds} seconds");
    assert_eq!(answer.body["error"], "RateLimitExceeded");
    assert_eq!(answer.body["message"], message);
    assert_eq!(answer.body["statusCode"], 429);
    assert!(answer.body["reqId"].as_str().unwrap().starts_with("req-"));
    assert_eq!(number(answer, "x-ratelimit-remaining"), 0);
    true
}

async fn me(server: &TestServer, token: &str) -> Answer {
    server.call("GET", "/api/v1/projects", Some(token), None).await
}

async fn make(server: &TestServer, admin: &Admin<'_>, slug: &str) -> Answer {
    let body = json!({ "projectName": slug });
    server.call("POST", "/api/v1/projects", Some(&admin.token), Some(body)).await
}

#[tokio::test]
async fn without_a_rate_nobody_is_refused_or_told_of_one() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for _ in 0..200 {
            let answer = me(server, &admin.token).await;
            assert_eq!(answer.status, 200);
            assert!(!answer.headers.keys().any(|name| name.as_str().contains("ratelimit")));
        }
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_reads_too_often_is_told_how_long_to_wait_and_then_let_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let rates = Rates { reads: "3/min".parse().ok(), ..Rates::default() };
        let limited = server.limited(limits(rates));

        for left in [2, 1, 0] {
            let answer = me(&limited, &admin.token).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(number(&answer, "x-ratelimit-limit"), 3);
            assert_eq!(number(&answer, "x-ratelimit-remaining"), left);
            assert_eq!(number(&answer, "x-ratelimit-reset"), (3 - left) * 20);
        }
        let refused = me(&limited, &admin.token).await;
        assert!(is_refused(&refused), "{}", refused.text);
        let wait = number(&refused, "retry-after");
        assert_eq!(wait, 20);
        limited.clock.advance_seconds(wait - 1);
        assert!(is_refused(&me(&limited, &admin.token).await));
        limited.clock.advance_seconds(1);
        assert_eq!(me(&limited, &admin.token).await.status, 200);
        assert!(is_refused(&me(&limited, &admin.token).await));
    })
    .await;
}

#[tokio::test]
async fn callers_have_rates_of_their_own_whatever_their_token_and_address() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (_, client_id, client_secret) = admin.machine("ci", "member").await;
        let first = server.machine_token(&client_id, &client_secret).await;
        let second = server.machine_token(&client_id, &client_secret).await;
        let rates = Rates { reads: "2/h".parse().ok(), ..Rates::default() };
        let limited = server.limited(limits(rates));

        assert_eq!(me(&limited, &first).await.status, 200);
        assert_eq!(me(&limited, &second).await.status, 200);
        assert!(is_refused(&me(&limited, &first).await), "a new token is no new caller");
        assert!(is_refused(&me(&limited, &second).await));
        assert_eq!(me(&limited, &admin.token).await.status, 200, "somebody else is not held up");
    })
    .await;
}

#[tokio::test]
async fn reads_and_writes_are_counted_apart_and_a_refused_write_writes_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let rates = Rates { writes: "1/h".parse().ok(), ..Rates::default() };
        let limited = server.limited(limits(rates));

        assert_eq!(make(&limited, &admin, "One").await.status, 200);
        assert!(is_refused(&make(&limited, &admin, "Two").await));
        let search = json!({ "limit": 10 });
        for _ in 0..3 {
            assert_eq!(me(&limited, &admin.token).await.status, 200);
            let found =
                limited.call("POST", "/api/v1/projects/search", Some(&admin.token), Some(search.clone()));
            assert_ne!(found.await.status, 429, "a search changes nothing");
        }
        let projects = me(&limited, &admin.token).await;
        assert_eq!(projects.body["projects"].as_array().map(Vec::len), Some(1), "{}", projects.text);
    })
    .await;
}

#[tokio::test]
async fn logins_are_counted_by_address_and_so_are_credentials_that_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let rates = Rates { logins: "4/h".parse().ok(), ..Rates::default() };
        let limited = server.limited(limits(rates));
        let login = json!({ "clientId": "00000000-0000-4000-8000-000000000000", "clientSecret": "x" });
        let path = "/api/v1/auth/universal-auth/login";
        let from = async |peer: u8| limited.call_from([192, 0, 2, peer], &[], path, &login).await;

        for _ in 0..4 {
            assert_eq!(from(1).await.status, 401);
        }
        assert!(is_refused(&from(1).await));
        assert_eq!(from(2).await.status, 401, "another address is not held up");
        let here = [("x-forwarded-for", "192.0.2.77")];
        let forged = limited.call_from([192, 0, 2, 1], &here, path, &login).await;
        assert!(is_refused(&forged), "nobody chooses the address that counts");

        for _ in 0..4 {
            assert_eq!(me(&limited, "not a token").await.status, 403);
        }
        assert!(is_refused(&me(&limited, "not a token").await));
        assert_eq!(me(&limited, &admin.token).await.status, 200, "who is known is let in");
    })
    .await;
}

#[tokio::test]
async fn public_reads_have_a_rate_of_their_own() {
    each_engine(async |server| {
        let rates = Rates { public: "2/s".parse().ok(), ..Rates::default() };
        let limited = server.limited(limits(rates));

        for _ in 0..2 {
            assert_eq!(limited.get("/api/status").await.status, 200);
        }
        assert!(is_refused(&limited.get("/api/status").await));
        limited.clock.advance_seconds(1);
        assert_eq!(limited.get("/api/status").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn every_route_counts_as_something_and_is_refused_once_that_is_used_up() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let once = "1/h".parse().ok();
        for route in routes::all() {
            let limited =
                server.limited(limits(Rates { reads: once, writes: once, logins: once, public: once }));
            let is_public = route.access == Access::Public;
            assert_eq!(is_public, matches!(route.class, Class::Login | Class::Public), "{}", route.path);
            let spend = match route.class {
                Class::Read => ("GET", "/api/v1/projects"),
                Class::Write => ("DELETE", "/api/v1/projects/none"),
                Class::Login => ("POST", "/api/v1/auth/universal-auth/login"),
                Class::Public => ("GET", "/api/status"),
            };
            limited.call(spend.0, spend.1, Some(&admin.token), Some(Value::Null)).await;
            let answer = limited.call(route.method.as_str(), route.path, Some(&admin.token), None).await;
            assert!(is_refused(&answer), "{} {}: {}", route.method, route.path, answer.text);
        }
    })
    .await;
}
