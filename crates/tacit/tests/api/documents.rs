//! The API document and the pages: complete, consistent, and loading nothing from elsewhere.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tacit::http::{dashboard, openapi, route::Access, routes};

use crate::harness::{Answer, each_engine};

const FILES: [&str; 6] = [
    "/api/docs",
    "/api/docs/page.css",
    "/api/docs/home.css",
    "/api/docs/home.js",
    "/api/docs/reference.css",
    "/api/docs/reference.js",
];

/// The pages of this build's own. With a dashboard, that is at `/`, and has rules of its own.
fn pages() -> Vec<&'static str> {
    if dashboard::is_embedded() { vec!["/api/docs"] } else { vec!["/", "/api/docs"] }
}

/// Every operation of the document by method and path.
fn operations(document: &Value) -> BTreeMap<(String, String), &Value> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| ((method.to_uppercase(), path.clone()), operation))
        })
        .collect()
}

/// Every `$ref` in a value.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| match field.as_str() {
                Some(target) if key == "$ref" => vec![target],
                _ => references(field),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => vec![],
    }
}

/// The local targets of `href` and `src` attributes.
fn links(html: &str) -> Vec<&str> {
    let after = html.split(" href=\"").skip(1).chain(html.split(" src=\"").skip(1));
    after.filter_map(|rest| rest.split('"').next()).filter(|target| target.starts_with('/')).collect()
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

#[test]
fn every_route_is_in_the_document_once() {
    let document = openapi::document();

    let described: Vec<_> = operations(&document).into_keys().collect();

    let mut routes: Vec<_> =
        routes::all().iter().map(|route| (route.method.to_string(), route.path.replace("{*", "{"))).collect();
    routes.sort();
    assert_eq!(described, routes);
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = openapi::document();

    let references = references(&document);

    assert!(!references.is_empty());
    for reference in references {
        let target = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(target.is_some_and(Value::is_object), "{reference}");
    }
}

#[test]
fn operation_ids_are_unique() {
    let document = openapi::document();
    let operations = operations(&document);

    let ids: BTreeSet<_> = operations.values().map(|one| one["operationId"].as_str().unwrap()).collect();

    assert_eq!(ids.len(), operations.len());
}

#[test]
fn every_route_says_what_it_does_and_every_guarded_one_names_its_audit_event() {
    for route in routes::all() {
        assert!(!route.summary.is_empty(), "{} {}", route.method, route.path);
        let is_public = route.access == Access::Public;
        assert!(is_public || !route.event.is_empty(), "{} {}", route.method, route.path);
    }
}

#[test]
fn every_guarded_route_asks_for_a_token_and_every_path_parameter_is_described() {
    let document = openapi::document();
    let operations = operations(&document);
    for route in routes::all() {
        let path = route.path.replace("{*", "{");
        let operation = operations[&(route.method.to_string(), path.clone())];
        let is_open = operation["security"].as_array().unwrap().is_empty();
        assert_eq!(is_open, route.access == Access::Public, "{path}");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let described: Vec<_> = parameters
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap()))
            .collect();
        let wanted: Vec<_> = path.split('/').filter(|segment| segment.starts_with('{')).collect();
        assert_eq!(described, wanted, "{path}");
    }
}

#[tokio::test]
async fn the_document_is_served_and_not_sent_again_if_it_is_known() {
    each_engine(async |server| {
        let answer = server.get("/api/docs/json").await;
        let request =
            axum::http::Request::get("/api/docs/json").header("if-none-match", header(&answer, "etag"));
        let again = server.send(request.body(axum::body::Body::empty()).unwrap()).await;

        assert_eq!(answer.status, 200);
        assert_eq!(header(&answer, "content-type"), "application/json");
        assert_eq!(answer.body, openapi::document());
        assert_eq!(again.status, 304);
    })
    .await;
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    each_engine(async |server| {
        for path in pages().into_iter().chain(FILES) {
            let page = server.get(path).await;

            assert_eq!(page.status, 200, "{path}");
            let without_namespace = page.text.replace("http://www.w3.org/2000/svg", "");
            for foreign in ["http:", "https:", "src=\"//", "href=\"//", "@import", "url("] {
                assert!(!without_namespace.contains(foreign), "{path} mentions {foreign}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pages_have_a_strict_content_policy_and_no_inline_code() {
    each_engine(async |server| {
        for path in pages() {
            let page = server.get(path).await;

            let policy = header(&page, "content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
                "{policy}"
            );
            assert!(!policy.contains("unsafe"), "{policy}");
            for inline in ["<style", " style=", "<script>", "onclick", "onload", "javascript:"] {
                assert!(!page.text.contains(inline), "{path} has {inline}");
            }
            assert!(page.text.contains(env!("CARGO_PKG_VERSION")), "{path} shows the version");
            assert!(!page.text.contains("{version}"), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_a_page_links_to_is_there() {
    each_engine(async |server| {
        for path in pages() {
            let page = server.get(path).await;
            for target in links(&page.text) {
                assert_eq!(server.get(target).await.status, 200, "{path} links to {target}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_path_is_the_dashboards_and_an_unknown_api_path_is_an_error_for_programs() {
    each_engine(async |server| {
        let visit = async |path: &str| {
            let request = axum::http::Request::get(path).header("accept", "text/html");
            server.send(request.body(axum::body::Body::empty()).unwrap()).await
        };

        let page = visit("/login").await;
        let unknown = visit("/api/v1/nothing").await;

        if dashboard::is_embedded() {
            assert_eq!((page.status, header(&page, "cache-control")), (200, "no-store"));
            assert!(header(&page, "content-security-policy").starts_with("default-src 'none';"));
        } else {
            assert_eq!((page.status, &page.body["error"]), (404, &"NotFound".into()));
        }
        assert_eq!((unknown.status, &unknown.body["error"]), (404, &"NotFound".into()));
    })
    .await;
}
