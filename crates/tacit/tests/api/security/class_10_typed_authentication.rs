//! Class 10: who may call a route is said by the route, never read from the text of a URL.
//!
//! The request of each guarded route is sent without a token, and dressed up as a public one in every way a
//! URL and headers allow.

use std::collections::BTreeSet;

use tacit::http::{
    route::{Access, Route},
    routes,
};

use super::{
    database,
    requests::{Call, call, guarded, label},
    world::{CANARY, world},
};
use crate::harness::{Answer, TestServer, each_engine};

/// What is put behind the target. A `?` there only begins a query if there is none yet.
const BEHIND: &[&str] = &[
    "&x=/api/v1/auth/universal-auth/login",
    "&/api/status",
    "&url=%2Fapi%2Fstatus&public=true&access_token=x&token=x",
    "?x=/api/v3/auth/login",
    "#/api/status",
    "%23/api/status",
    "%3f/api/status",
];

/// What is put behind the path.
const BEHIND_PATH: &[&str] = &[
    "/",
    "//",
    "///",
    "/.",
    "/..",
    "/../../api/status",
    "/%2e%2e/%2e%2e/api/status",
    "%2f..%2f..%2fapi%2fstatus",
    ";/api/status",
    ";x=/api/v1/auth/universal-auth/login",
    "%3b/api/status",
    "%00",
    "%00/api/status",
    "%0a",
    "%20",
    "%5c..%5capi%5cstatus",
    "/api/v1/auth/universal-auth/login",
    ".json",
    ".css",
];

/// What is put before the path.
const BEFORE: &[&str] = &[
    "/",
    "//",
    "/.",
    "/api/status/..",
    "/api/status/%2e%2e",
    "/api/docs/..",
    "/api/status;",
    "/api/v1/auth/universal-auth/login/../../../../..",
    "/assets/..",
    "/%2e",
];

/// Headers by which others took the target from elsewhere.
const HEADERS: &[(&str, &str)] = &[
    ("x-original-url", "/api/status"),
    ("x-rewrite-url", "/api/status"),
    ("x-forwarded-uri", "/api/v1/auth/universal-auth/login"),
    ("x-forwarded-prefix", "/api/status"),
    ("x-http-method-override", "OPTIONS"),
    ("x-method-override", "GET"),
    ("referer", "http://127.0.0.1:8080/api/status"),
    ("authorization", ""),
    ("authorization", "Bearer"),
    ("authorization", "Bearer null"),
    ("authorization", "Basic YWRtaW46YWRtaW4="),
    ("cookie", "jid=; token=x"),
];

fn targets(target: &str) -> BTreeSet<String> {
    let (path, query) = target.split_once('?').unwrap();
    let mut all: BTreeSet<String> = BEHIND.iter().map(|text| format!("{target}{text}")).collect();
    all.extend(BEHIND.iter().map(|text| format!("{path}?{}", text.trim_start_matches(['&', '?']))));
    all.extend(BEHIND_PATH.iter().map(|text| format!("{path}{text}?{query}")));
    all.extend(BEFORE.iter().map(|text| format!("{text}{path}?{query}")));
    all.insert(format!("{}?{query}", path.to_uppercase()));
    all.insert(format!("{}?{query}", path.replacen("/api/", "/API/", 1)));
    all.insert(format!("{}?{query}", path.replace('/', "//")));
    all.insert(format!("{}?{query}", path.replacen('/', "/%61pi/../", 1)));
    all.insert(format!("http://127.0.0.1:8080{target}"));
    all.insert(format!("http://elsewhere.test/api/status/..{target}"));
    all
}

async fn send(server: &TestServer, call: &Call, target: &str, headers: &[(&str, &str)]) -> Option<Answer> {
    let mut request = axum::http::Request::builder()
        .method(call.method.clone())
        .uri(target)
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = call.body.as_ref().map(ToString::to_string).unwrap_or_default();
    // A target that is none at all never gets to the server.
    let request = request.body(body.into()).ok()?;
    Some(server.send(request).await)
}

/// Whether an answer is one that everybody gets: a refusal, or a page of the dashboard, which has no data.
fn is_for_everybody(answer: &Answer) -> bool {
    let is_page =
        answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_refusal = (400..500).contains(&answer.status);
    (is_refusal || (300..400).contains(&answer.status) || is_page) && !answer.text.contains(CANARY)
}

#[tokio::test]
async fn no_guarded_route_becomes_public_by_what_stands_in_its_url_or_headers() {
    each_engine(async |server| {
        let world = world(server).await;
        let before = database::contents(server).await;
        let mut faults = Vec::new();
        for route in guarded() {
            let call = call(&route, &world.ids);
            for target in targets(&call.target) {
                let Some(answer) = send(server, &call, &target, &[]).await else { continue };
                if !is_for_everybody(&answer) && !is_public_too(&route, &target) {
                    faults.push(format!("{} as {target}: {} {}", label(&route), answer.status, answer.text));
                }
            }
            for header in HEADERS {
                let answer = send(server, &call, &call.target, &[*header]).await.unwrap();
                if !matches!(answer.status, 401 | 403) {
                    faults.push(format!(
                        "{} with {header:?}: {} {}",
                        label(&route),
                        answer.status,
                        answer.text
                    ));
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.is_empty(), "{changed:?}");
    })
    .await;
}

/// Whether the target, as it is written, is that of a public route.
fn is_public_too(route: &Route, target: &str) -> bool {
    let path = target.split('?').next().unwrap().trim_end_matches('/');
    routes::all()
        .iter()
        .any(|one| one.access == Access::Public && one.method == route.method && one.path == path)
}
