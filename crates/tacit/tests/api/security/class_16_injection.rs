//! Class 16: text is data. What others read as SQL, as a filter of a directory, as a command, a header or a page
//! stands in every field and parameter of every route, and is nothing but text.
//!
//! That SQL has parameters only is a rule about the source (`tests/tidy.rs`); filters of directories are in
//! `crates/core/src/ldap/filter.rs`; pages of the dashboard in `web/`.

use axum::http::HeaderValue;
use serde_json::Value;
use tacit::http::route::{Access, Route};

use super::{
    database,
    requests::{Call, call, guarded, label},
    world::{World, world},
};
use crate::harness::{Answer, each_engine};

/// What would do something if it were read.
const PAYLOADS: &[&str] = &[
    "x' OR '1'='1' --",
    "x'; DELETE FROM users; --",
    "x\" UNION SELECT password_hash FROM users --",
    "*)(uid=*))(|(uid=*",
    "$(touch injected) `touch injected` ; touch injected | touch injected",
    "x\r\nX-Injected: 1\r\n\r\n<script>",
    "\"><script>alert(1)</script>{{7*7}}${7*7}",
    "%' AND 1=0 AND '%'='",
];

/// Parameters of paths that may be any text.
const IS_TEXT: [&str; 3] = ["{name}", "{*path}", "{username}"];

/// The fields of a body that hold text.
fn texts(body: &Value) -> Vec<String> {
    let fields = body.as_object().into_iter().flatten();
    fields.filter(|(_, value)| value.is_string()).map(|(name, _)| name.clone()).collect()
}

/// The request with a payload in one place after the other. Each place gets another payload, which `turn` counts.
fn injected(route: &Route, call: &Call, turn: &mut usize) -> Vec<(String, Call)> {
    let mut payload = || {
        *turn += 1;
        PAYLOADS[*turn % PAYLOADS.len()]
    };
    let mut calls = Vec::new();
    if let Some(body) = &call.body {
        for field in texts(body) {
            let mut body = body.clone();
            body[field.as_str()] = payload().into();
            calls.push((field, Call { body: Some(body), ..call.clone() }));
        }
    }
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap();
        let query = query.replace(pair, &format!("{name}={}", encoded(payload())));
        calls.push((name.to_owned(), Call { target: format!("{path}?{query}"), ..call.clone() }));
    }
    for (position, part) in route.path.split('/').enumerate().filter(|(_, part)| part.starts_with('{')) {
        let text = encoded(payload());
        let mut parts: Vec<&str> = path.split('/').collect();
        if position < parts.len() {
            parts[position] = &text;
            calls.push((
                part.to_owned(),
                Call { target: format!("{}?{query}", parts.join("/")), ..call.clone() },
            ));
        }
    }
    calls
}

fn encoded(payload: &str) -> String {
    form_urlencoded::byte_serialize(payload.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Kinds of answers that no browser shows as a page.
const NO_PAGES: [&str; 4] = ["application/json", "application/x-ndjson", "text/csv", "text/event-stream"];

/// What an answer has done with the payload that it must not.
fn fault(answer: &Answer) -> Option<&'static str> {
    let kind = answer.headers.get("content-type").map_or(&[][..], HeaderValue::as_bytes);
    if answer.status >= 500 {
        return Some("the server failed");
    }
    if answer.headers.contains_key("x-injected") {
        return Some("a header was made");
    }
    if !kind.is_empty() && !NO_PAGES.iter().any(|no_page| kind.starts_with(no_page.as_bytes())) {
        return Some("the answer is a page");
    }
    (answer.headers.get("x-content-type-options").is_none_or(|value| value != "nosniff"))
        .then_some("a browser may guess what the answer is")
}

fn token<'w>(world: &'w World<'_>, route: &Route) -> &'w str {
    match route.access {
        Access::Identity => &world.machine,
        Access::ServiceToken => world.id("service_token_text"),
        _ => &world.admin.token,
    }
}

#[tokio::test]
async fn text_is_nothing_but_text_wherever_it_stands() {
    each_engine(async |server| {
        let world = world(server).await;
        database::keep(server).await;
        let before = database::contents(server).await;
        let (mut faults, mut turn) = (Vec::new(), 0);
        for route in guarded() {
            let right = call(&route, &world.ids);
            for (place, call) in injected(&route, &right, &mut turn) {
                let Some(answer) = call.try_send(server, token(&world, &route)).await else { continue };
                let is_found =
                    answer.status == 200 && place.starts_with('{') && !IS_TEXT.contains(&place.as_str());
                let fault = if is_found { Some("it is found") } else { fault(&answer) };
                let told = |fault| format!("{} {place} {call:?}: {fault}: {}", label(&route), answer.text);
                faults.extend(fault.map(told));
                if answer.status == 200 {
                    database::restore(server).await;
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        assert!(turn > 1_000, "only {turn} places");
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.is_empty(), "{changed:?}");
        assert!(!std::path::Path::new("injected").exists());
    })
    .await;
}

#[tokio::test]
async fn what_looks_like_a_command_is_kept_and_given_back_as_it_was() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        for (number, payload) in PAYLOADS.iter().enumerate() {
            let name = format!("NAME_{number}");
            admin.secret(&project, &name, payload).await;
            let path = format!("/api/v4/secrets/{name}?projectId={project}&environment=dev");
            let read = admin.ok("GET", &path, None).await;
            assert_eq!(read["secret"]["secretValue"], *payload);
        }
    })
    .await;
}
