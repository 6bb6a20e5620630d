//! What is taken of a body and a query, on every route: see docs/limits.md.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::Request,
};
use futures_util::stream;
use serde_json::json;
use tacit::http::{
    limits::{JSON_VALUES_MAX, Limits, PARAMETERS_MAX, TARGET_BYTES_MAX},
    rate_limit::RateLimits,
    route::Route,
    routes,
};

use crate::{
    every_route::assert_envelope,
    harness::{Answer, TestServer, each_engine},
};

const LOGIN: &str = "/api/v1/auth/universal-auth/login";

fn writing() -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(|route| route.method != "GET")
}

async fn send(server: &TestServer, route: &Route, token: &str, header: (&str, &str), body: Body) -> Answer {
    let request = Request::builder()
        .method(route.method.clone())
        .uri(route.path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header(header.0, header.1);
    server.send(request.body(body).unwrap()).await
}

/// A body that says nothing of its length, and counts what was taken of it.
fn endless(taken: &Arc<AtomicUsize>) -> Body {
    let taken = Arc::clone(taken);
    Body::from_stream(stream::repeat_with(move || {
        taken.fetch_add(4096, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_static(&[b' '; 4096]))
    }))
}

#[tokio::test]
async fn a_body_in_another_encoding_is_415_on_every_route() {
    each_engine(async |server| {
        for route in writing() {
            for encoding in ["gzip", "br", "zstd", "deflate", "identity, gzip", "x"] {
                let answer =
                    send(server, &route, "x", ("content-encoding", encoding), Body::from("{}")).await;
                assert_eq!(answer.status, 415, "{} {}: {}", route.method, route.path, answer.text);
                assert_eq!(answer.body["error"], "UnsupportedMediaType");
                assert_envelope(&route, &answer);
            }
            let plain = send(server, &route, "x", ("content-encoding", "identity"), Body::from("{}")).await;
            assert_ne!(plain.status, 415, "{} {}", route.method, route.path);
        }
    })
    .await;
}

#[tokio::test]
async fn of_a_body_without_a_length_no_more_is_taken_than_its_route_takes() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for route in writing() {
            for token in ["x", &admin.token] {
                let taken = Arc::default();
                let answer = send(server, &route, token, ("x-y", ""), endless(&taken)).await;
                let label = format!("{} {}: {}", route.method, route.path, answer.text);
                assert_eq!(answer.status, 413, "{label}");
                assert_envelope(&route, &answer);
                assert!(taken.load(Ordering::Relaxed) <= route.body_bytes_max + 8192, "{label}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_fills_the_body_of_its_route_is_taken() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Large").await;
        let secrets: Vec<_> = (0..8)
            .map(|number| json!({ "secretKey": format!("S{number}"), "secretValue": "x".repeat(1_040_000) }))
            .collect();
        let place = json!({ "projectId": project, "workspaceId": project, "environment": "dev" });
        for (method, path) in [("POST", "/api/v3/secrets/batch/raw"), ("PATCH", "/api/v4/secrets/batch")] {
            let mut body = place.clone();
            body["secrets"] = json!(secrets);
            assert!(body.to_string().len() < 8 * 1024 * 1024);
            let answer = admin.call(method, path, Some(body)).await;
            assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text.get(..200).unwrap_or_default());
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408_for_callers_and_what_it_would_be_for_others() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let impatient = server.limited(Limits::new(Duration::ZERO, RateLimits::default()));
        let silent = || Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let route = routes::all().into_iter().find(|route| route.path == LOGIN).unwrap();
        let answer = send(&impatient, &route, "", ("x-y", ""), silent()).await;
        assert_eq!(
            (answer.status, &answer.body["error"]),
            (408, &"RequestTimeout".into()),
            "{}",
            answer.text
        );
        assert_envelope(&route, &answer);

        let route = routes::all().into_iter().find(|route| route.path == "/api/v4/secrets/batch").unwrap();
        assert_eq!(send(&impatient, &route, "x", ("x-y", ""), silent()).await.status, 403);
        let route = writing().find(|route| route.path == "/api/v4/secrets/batch").unwrap();
        assert_eq!(send(&impatient, &route, &admin.token, ("x-y", ""), silent()).await.status, 408);
    })
    .await;
}

#[tokio::test]
async fn the_bodies_of_strangers_do_not_take_the_room_of_callers() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let open = server.limited(Limits::new(Duration::from_mins(10), RateLimits::default()));
        let (sent, first) = held(&open, LOGIN, None);
        let mut strangers = vec![first];
        for _ in 1..32 {
            strangers.push(held(&open, LOGIN, None).1);
        }
        let waiting = futures_util::future::join_all(strangers);
        let asking = async {
            while sent.load(Ordering::Relaxed) < 2 {
                tokio::task::yield_now().await;
            }
            let login = open.call("POST", LOGIN, None, Some(serde_json::json!({ "clientId": "x" }))).await;
            assert_eq!(
                (login.status, login.headers.contains_key("retry-after")),
                (503, true),
                "{}",
                login.text
            );
            let body = serde_json::json!({ "projectName": "Shop" });
            let made = open.call("POST", "/api/v1/projects", Some(&admin.token), Some(body)).await;
            assert_eq!(made.status, 200, "{}", made.text);
        };
        tokio::select! {
            _ = waiting => panic!("nobody was to be answered"),
            () = asking => {}
        }
        // They are gone, and so is what they held.
        let login = open.call("POST", LOGIN, None, Some(serde_json::json!({ "clientId": "x" }))).await;
        assert_ne!(login.status, 503, "{}", login.text);
    })
    .await;
}

/// A request that sends a megabyte and then waits for ever; the count says how often it was asked for more.
fn held<'a>(
    server: &'a TestServer,
    path: &str,
    token: Option<&str>,
) -> (Arc<AtomicUsize>, impl Future<Output = Answer> + 'a) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let chunks = stream::poll_fn(move |_| match counted.fetch_add(1, Ordering::Relaxed) {
        0 => std::task::Poll::Ready(Some(Ok::<_, Infallible>(Bytes::from(vec![b' '; 1024 * 1024])))),
        _ => std::task::Poll::Pending,
    });
    let mut request = Request::builder().method("POST").uri(path).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    (asked, server.send(request.body(Body::from_stream(chunks)).unwrap()))
}

#[tokio::test]
async fn a_long_target_is_414_on_every_route() {
    each_engine(async |server| {
        for route in routes::all() {
            let target = format!("{}?x={}", route.path, "a".repeat(TARGET_BYTES_MAX - route.path.len() - 3));
            let target = target.replace(['{', '}'], "x");
            let fits = server.call(route.method.as_str(), &target, Some("x"), None).await;
            assert_ne!(fits.status, 414, "{}", route.path);
            let answer = server.call(route.method.as_str(), &format!("{target}a"), Some("x"), None).await;
            assert_eq!(
                (answer.status, &answer.body["error"]),
                (414, &"UriTooLong".into()),
                "{}",
                answer.text
            );
            assert_envelope(&route, &answer);
        }
    })
    .await;
}

#[tokio::test]
async fn many_parameters_and_many_values_are_refused_before_they_take_memory() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let list = |count: usize| format!("/api/v4/secrets?{}", vec!["a"; count].join("&"));
        let few = admin.call("GET", &list(PARAMETERS_MAX), None).await;
        let many = admin.call("GET", &list(PARAMETERS_MAX + 1), None).await;
        assert_ne!(few.body["message"], many.body["message"]);
        assert_eq!(many.status, 400, "{}", many.text);
        assert!(many.body["message"].as_str().unwrap().contains("1000 parameters"), "{}", many.text);

        let values = |count: usize| format!("{{\"x\":[{}0]}}", "0,".repeat(count - 2));
        let route = routes::all().into_iter().find(|route| route.path == LOGIN).unwrap();
        let few = send(server, &route, "", ("x-y", ""), Body::from(values(JSON_VALUES_MAX - 10))).await;
        assert_eq!(few.status, 422, "{}", few.text);
        let many = send(server, &route, "", ("x-y", ""), Body::from(values(JSON_VALUES_MAX + 10))).await;
        assert_eq!(many.status, 400, "{}", many.text);
        assert!(many.body["message"].as_str().unwrap().contains("500000 values"), "{}", many.text);
    })
    .await;
}
