//! Class 22: nothing is reached but what the route table names, and no field is taken but what a route's body names.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};

use super::{
    actors::Actors,
    database,
    requests::{Call, call, guarded, label},
    world::world,
};
use crate::{fuzz, harness::each_engine};

/// Where others have what is not for everybody.
const ELSEWHERE: &[&str] = &[
    "/metrics",
    "/api/metrics",
    "/debug/pprof",
    "/debug/vars",
    "/actuator/env",
    "/health",
    "/healthz",
    "/api/internal",
    "/api/internal/v1/secrets",
    "/internal",
    "/_internal",
    "/api/ui/v1/internal",
    "/api/v1/admin/migrate",
    "/api/v1/admin/root-key",
    "/api/v1/admin/reset-password",
    "/api/v1/admin/setup-token",
    "/api/v1/sys/seal",
    "/v1/sys/init",
    "/v1/sys/raw",
    "/.env",
    "/tacit.db",
    "/data/tacit.db",
    "/.git/config",
    "/server-status",
    "/graphql",
];

/// Fields that rows have and requests must not set, as the wire would spell them.
const INNER_FIELDS: &[&str] = &[
    "isInstanceAdmin",
    "superAdmin",
    "instanceAdmin",
    "passwordHash",
    "dataKeyCiphertext",
    "accessRevision",
    "isInitialized",
    "emailVerifiedAt",
    "isEmailVerified",
    "secretHash",
    "createdBy",
    "actorId",
    "bypassBoundary",
    "__proto__",
];

#[tokio::test]
async fn only_the_route_table_can_be_reached_whatever_the_method() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "LINK"];
        let table: BTreeSet<String> = routes::all().iter().map(label).collect();
        let paths: BTreeSet<&str> = routes::all().iter().map(|route| route.path).collect();
        for path in paths.iter().copied().chain(ELSEWHERE.iter().copied()) {
            for method in methods {
                if table.contains(&format!("{method} {path}")) || is_a_page(method, path) {
                    continue;
                }
                let target = path.replace(['{', '}', '*'], "x");
                let request = Request::builder()
                    .method(method)
                    .uri(if method == "CONNECT" { "x:80" } else { &target })
                    .header("authorization", format!("Bearer {}", admin.token));
                let answer = server.send(request.body(Body::from("{}")).unwrap()).await;
                let is_named = answer.body["error"] == "NotFound";
                assert!(answer.status == 404 || is_other_route(&target), "{method} {path}: {}", answer.text);
                assert!(is_named || answer.status != 404, "{method} {path}: {}", answer.text);
            }
        }
    })
    .await;
}

/// Paths outside of the API are pages of the dashboard to a browser.
fn is_a_page(method: &str, path: &str) -> bool {
    method == "GET" && !path.starts_with("/api/")
}

/// Whether a made-up name is one that another route takes.
fn is_other_route(target: &str) -> bool {
    routes::all().iter().any(|route| {
        let parts = || route.path.split('/');
        let is_rest = route.path.contains("{*");
        (is_rest || parts().count() == target.split('/').count())
            && parts().zip(target.split('/')).all(|(part, given)| part.starts_with('{') || part == given)
    })
}

/// The body with fields that no request has.
fn with_inner_fields(route: &Route, call: &Call) -> Call {
    let mut known = BTreeSet::new();
    fuzz::names(route.body, &mut known);
    let mut body = call.body.clone().unwrap_or_else(|| json!({}));
    for field in INNER_FIELDS.iter().filter(|field| !known.contains(**field)) {
        body[*field] = json!(true);
    }
    Call { body: Some(body), ..call.clone() }
}

/// Who manages the instance.
async fn instance_admins(admin: &crate::harness::Admin<'_>) -> Value {
    let answer = admin.call("GET", "/api/v1/admin/user-management/users?limit=100", None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let users = answer.body["users"].as_array().unwrap().clone();
    users
        .into_iter()
        .filter(|user| user["superAdmin"] == json!(true))
        .map(|user| user["id"].clone())
        .collect()
}

#[tokio::test]
async fn fields_that_a_route_does_not_name_change_nothing() {
    each_engine(async |server| {
        let world = world(server).await;
        let high = Actors::new(&world, "high", "admin", &["admin"]).await;
        let managing = instance_admins(&world.admin).await;
        database::keep(server).await;
        for route in guarded().filter(|route| route.method != Method::GET) {
            if matches!(route.access, Access::InstanceAdmin | Access::ServiceToken) {
                continue;
            }
            let token = if route.access == Access::Identity { &high.machine } else { &high.user };
            let plain = call(&route, &world.ids);
            let expected = plain.send(server, Some(token)).await;
            if expected.status == 200 {
                database::restore(server).await;
            }
            let answer = with_inner_fields(&route, &plain).send(server, Some(token)).await;
            assert_eq!(answer.status, expected.status, "{}: {}", label(&route), answer.text);
            if answer.status == 200 {
                if let Some(after) = try_instance_admins(&world.admin).await {
                    assert_eq!(after, managing, "{}", label(&route));
                }
                database::restore(server).await;
            }
        }
    })
    .await;
}

/// As [`instance_admins`]; none if the request has just removed who asks.
async fn try_instance_admins(admin: &crate::harness::Admin<'_>) -> Option<Value> {
    let answer = admin.call("GET", "/api/v1/admin/user-management/users?limit=100", None).await;
    let users = answer.body["users"].as_array()?.clone();
    let managing = users.into_iter().filter(|user| user["superAdmin"] == json!(true));
    Some(managing.map(|user| user["id"].clone()).collect())
}
