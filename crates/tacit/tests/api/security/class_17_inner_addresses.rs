//! Class 17: nobody makes the server knock at inner addresses. Every field of every route that takes an address is
//! given one of this machine in each spelling; a listener there says whether anybody came.

use std::{
    collections::BTreeSet,
    io::ErrorKind,
    net::{TcpListener, TcpStream},
};

use serde_json::{Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};

use super::{
    database,
    requests::{Call, call, label},
    world::{World, world},
};
use crate::{fuzz, harness::each_engine};

/// What names of fields with addresses hold.
const NAMES: &[&str] =
    &["url", "host", "endpoint", "jwks", "discovery", "server", "domain", "issuer", "callback"];

/// Ways to write an address of this machine that nobody allowed. `PORT` is the listener's.
const ADDRESSES: &[&str] = &[
    "http://127.0.0.2:PORT/",
    "https://127.0.0.2:PORT",
    "https://127.0.0.2:PORT/.well-known/openid-configuration",
    "ldap://127.0.0.2:PORT",
    "ldaps://127.0.0.2:PORT",
    "127.0.0.2:PORT",
    "http://2130706434:PORT/",
    "http://0x7f000002:PORT/",
    "http://0177.0.0.2:PORT/",
    "http://127.2:PORT/",
    "https://[::ffff:127.0.0.2]:PORT/",
    "https://[::ffff:7f00:2]:PORT/",
    "https://example.test@127.0.0.2:PORT/",
    "https://127.0.0.2:PORT#@example.test/",
    "https://127.0.0.2:PORT\\@example.test/",
    "http://127.0.0.2.:PORT/",
];

fn fields(route: &Route) -> Vec<String> {
    let mut names = BTreeSet::new();
    fuzz::names(route.body, &mut names);
    names.retain(|name| NAMES.iter().any(|part| name.to_lowercase().contains(part)));
    names.into_iter().collect()
}

/// The request with an address in every field that takes one, also inside of objects.
fn with_address(call: &Call, fields: &[String], address: &str) -> Call {
    let mut body = call.body.clone().unwrap_or_else(|| json!({}));
    for field in fields {
        replace(&mut body, field, address);
        if let Some(fields) = body.as_object_mut() {
            fields.entry(field.clone()).or_insert(address.into());
        }
    }
    Call { body: Some(body), ..call.clone() }
}

fn replace(value: &mut Value, field: &str, address: &str) {
    for (name, inner) in value.as_object_mut().into_iter().flatten() {
        if name == field && inner.is_string() {
            *inner = address.into();
        }
        replace(inner, field, address);
    }
}

fn token<'w>(world: &'w World<'_>, route: &Route) -> &'w str {
    if route.access == Access::Identity { &world.machine } else { &world.admin.token }
}

/// Whether anybody has connected.
fn was_reached(listener: &TcpListener) -> bool {
    match listener.accept() {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    }
}

#[tokio::test]
async fn no_route_takes_the_server_to_an_inner_address() {
    each_engine(async |server| {
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = world(server).await;
        database::keep(server).await;
        let mut tried = BTreeSet::new();
        for route in routes::all().into_iter().filter(|route| !fields(route).is_empty()) {
            for address in ADDRESSES {
                let address = address.replace("PORT", &port.to_string());
                let call = with_address(&call(&route, &world.ids), &fields(&route), &address);
                let answer = call.send(server, Some(token(&world, &route))).await;
                assert!(answer.status < 500, "{} {address}: {}", label(&route), answer.text);
                if answer.status == 200 {
                    use_what_was_set(&world, &route, &answer.body).await;
                    database::restore(server).await;
                }
                assert!(!was_reached(&listener), "{} came to {address}", label(&route));
                tried.insert(label(&route));
            }
        }
        assert!(tried.len() > 10, "{tried:?}");
        // The listener can be reached, so that its silence means something.
        let _knock = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        while !was_reached(&listener) {
            std::thread::yield_now();
        }
    })
    .await;
}

/// An address that was only stored is gone to later: a webhook is tried, a machine logs in.
async fn use_what_was_set(world: &World<'_>, route: &Route, answer: &Value) {
    let server = world.admin.server;
    if let Some(id) = answer["webhook"]["id"].as_str() {
        world.admin.call("POST", &format!("/api/v1/webhooks/{id}/test"), None).await;
    }
    if let Some(method) = route.path.strip_prefix("/api/v1/auth/").and_then(|rest| rest.split('/').next()) {
        let login =
            json!({ "identityId": world.id("identity"), "jwt": JWT, "username": "x", "password": "x" });
        server.call("POST", &format!("/api/v1/auth/{method}/login"), None, Some(login)).await;
    }
}

/// Of nobody, but one that is looked at.
const JWT: &str =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJ4IiwiaXNzIjoieCIsImF1ZCI6IngiLCJleHAiOjk5OTk5OTk5OTl9.eA";
