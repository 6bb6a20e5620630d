//! Class 9: where a request comes from is the peer of its connection, unless that is a proxy the operator
//! named. No header of anybody else changes it, on any route.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use serde_json::json;
use tacit::http::shell::{Settings, Shell};
use tower::Service;

use super::{
    requests::{Call, call, guarded, label},
    world::{World, world},
};
use crate::harness::{Answer, TestServer, each_engine};

const TRUSTED: &str = "10.1.2.3";
const PEER: [u8; 4] = [192, 0, 2, 1];

/// Headers by which proxies say whom they speak for.
const HEADERS: &[(&str, &str)] = &[
    ("x-forwarded-for", "10.1.2.3"),
    ("x-forwarded-for", "10.1.2.3, 10.1.2.3"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-real-ip", "10.1.2.3"),
    ("forwarded", "for=10.1.2.3"),
    ("true-client-ip", "10.1.2.3"),
    ("cf-connecting-ip", "10.1.2.3"),
    ("x-client-ip", "10.1.2.3"),
    ("x-cluster-client-ip", "10.1.2.3"),
    ("x-envoy-external-address", "10.1.2.3"),
    ("fly-client-ip", "10.1.2.3"),
    ("fastly-client-ip", "10.1.2.3"),
    ("x-azure-clientip", "10.1.2.3"),
    ("x-appengine-user-ip", "10.1.2.3"),
    ("remote-addr", "10.1.2.3"),
];

fn request(call: &Call, token: Option<&str>, header: (&str, &str), peer: [u8; 4]) -> Request<Body> {
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(&call.target)
        .header("content-type", "application/json")
        .header(header.0, header.1)
        .extension(ConnectInfo(SocketAddr::from((peer, 40000))));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = call.body.as_ref().map(ToString::to_string).unwrap_or_default();
    request.body(body.into()).unwrap()
}

/// Lets the machine log in and use its tokens from one address alone; returns a token.
async fn bind(world: &World<'_>) -> String {
    let server = world.admin.server;
    let token = server.machine_token(world.id("client_id"), world.id("client_secret_text")).await;
    let path = format!("/api/v1/auth/universal-auth/identities/{}", world.id("identity"));
    let only = json!([{ "ipAddress": TRUSTED }]);
    let settings = json!({ "accessTokenTrustedIps": only, "clientSecretTrustedIps": only });
    world.admin.ok("PATCH", &path, Some(settings)).await;
    token
}

fn log_in(world: &World<'_>) -> Call {
    let body = json!({ "clientId": world.id("client_id"), "clientSecret": world.id("client_secret_text") });
    let target = "/api/v1/auth/universal-auth/login".to_owned();
    Call { method: axum::http::Method::POST, target, body: Some(body) }
}

/// The addresses of all events that name the machine or no actor.
async fn recorded(server: &TestServer, world: &World<'_>) -> String {
    format!("{:?}", server.events(&world.admin.organization_id).await)
}

#[tokio::test]
async fn no_header_makes_a_request_come_from_elsewhere_on_any_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let token = bind(&world).await;
        let mut faults = Vec::new();
        for route in guarded() {
            let call = call(&route, &world.ids);
            for header in HEADERS {
                let answer = server.send(request(&call, Some(&token), *header, PEER)).await;
                if !matches!(answer.status, 401 | 403) || answer.body["error"] == "TokenError" {
                    faults.push(format!("{} {header:?}: {} {}", label(&route), answer.status, answer.text));
                }
            }
        }
        for header in HEADERS {
            let answer = server.send(request(&log_in(&world), None, *header, PEER)).await;
            if answer.status != 403 {
                faults.push(format!("log-in with {header:?}: {} {}", answer.status, answer.text));
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        let recorded = recorded(server, &world).await;
        assert!(
            recorded.contains("192.0.2.1") && !recorded.contains(&format!("\"{TRUSTED}\"")),
            "{recorded}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_proxy_that_the_operator_named_is_believed_and_nobody_else_beside_it() {
    each_engine(async |server| {
        let world = world(server).await;
        let token = bind(&world).await;
        let trusted_proxies = vec!["192.0.2.1/32".parse().unwrap()];
        let settings = Settings { trusted_proxies, ..Settings::default() };
        let mut shell = Shell::new(server.app.clone(), settings, |_, _| {});
        let details = Call {
            method: axum::http::Method::GET,
            target: "/api/v1/identities/details".to_owned(),
            body: None,
        };
        let mut status = async |header: (&str, &str), peer: [u8; 4]| {
            let request = request(&details, Some(&token), header, peer);
            Answer::read(shell.call(request).await.unwrap()).await.status
        };

        assert_eq!(status(("x-forwarded-for", TRUSTED), PEER).await, 200);
        assert_eq!(status(("x-forwarded-for", "10.1.2.3, 203.0.113.9"), PEER).await, 403);
        assert_eq!(status(("x-forwarded-for", "203.0.113.9"), PEER).await, 403);
        assert_eq!(status(("forwarded", "for=10.1.2.3"), PEER).await, 403);
        assert_eq!(status(("x-forwarded-for", TRUSTED), [192, 0, 2, 2]).await, 403);
    })
    .await;
}
