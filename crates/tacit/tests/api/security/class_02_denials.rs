//! Class 2: what a rule denies is denied on every route, in bulk, twice and in empty lists.
//!
//! The callers are admins of the project with one denial more: by environment, path, name or tag. Whatever
//! they send, it shows no value and changes nothing of what is denied.

use serde_json::{Value, json};
use tacit::http::route::Route;

use super::{
    actors::{Actors, project_role},
    database,
    requests::{Call, call, guarded, label, shows_addresses},
    world::{CANARY, World, world},
};
use crate::harness::{TestServer, each_engine};

/// Takes the thing itself away or renames it, which is another right than that on its secrets.
const CONTAINERS: &[&str] = &[
    "DELETE /api/v1/projects/{project}",
    "DELETE /api/v1/workspace/{project}",
    "DELETE /api/v2/workspace/{project}",
    "DELETE /api/v1/projects/{project}/environments/{environment}",
    "DELETE /api/v1/workspace/{project}/environments/{environment}",
    "PATCH /api/v1/projects/{project}/environments/{environment}",
    "PATCH /api/v1/workspace/{project}/environments/{environment}",
    "PATCH /api/v1/projects/{project}/tags/{tag}",
    "PATCH /api/v1/workspace/{project}/tags/{tag}",
    "DELETE /api/v1/projects/{project}/tags/{tag}",
    "DELETE /api/v1/workspace/{project}/tags/{tag}",
];

/// One denial beside the role `admin`.
struct Denial {
    slug: &'static str,
    /// On the place of secrets, folders and imports alike, or on secrets alone.
    is_of_place: bool,
    conditions: Value,
}

fn denials() -> Vec<Denial> {
    let denial = |slug, is_of_place, conditions| Denial { slug, is_of_place, conditions };
    vec![
        denial("by-environment", true, json!({ "environment": "dev" })),
        denial("by-path", true, json!({ "secretPath": { "$glob": "/**" } })),
        denial("by-name", false, json!({ "secretName": { "$glob": "FO*" } })),
        denial("by-tag", false, json!({ "secretTags": { "$in": ["a"] } })),
    ]
}

impl Denial {
    fn rules(&self) -> Value {
        let deny = |subject: &str| {
            json!({ "subject": subject, "action": ["read", "create", "edit", "delete"], "inverted": true,
                "conditions": self.conditions })
        };
        if self.is_of_place {
            json!([deny("secrets"), deny("secret-folders"), deny("secret-imports")])
        } else {
            json!([deny("secrets")])
        }
    }
}

/// What somebody who may see everything sees of what is denied.
async fn protected(world: &World<'_>, denial: &Denial) -> Vec<Value> {
    let query = format!("projectId={}&environment=dev", world.id("project"));
    let mut seen = Vec::new();
    if denial.is_of_place {
        for path in [
            format!("/api/v4/secrets?{query}&recursive=true&includeImports=false"),
            format!("/api/v2/folders?{query}&recursive=true"),
            format!("/api/v2/secret-imports?{query}"),
        ] {
            seen.push(world.admin.call("GET", &path, None).await.body);
        }
    } else {
        let path = format!("/api/v4/secrets/id/{}", world.id("secret"));
        seen.push(world.admin.call("GET", &path, None).await.body);
    }
    seen.iter_mut().for_each(without_request_id);
    seen
}

fn without_request_id(body: &mut Value) {
    body.as_object_mut().map(|body| body.remove("reqId"));
}

/// The request as it is, and with its lists empty, doubled and with an allowed place before the denied one.
fn variants(route: &Route, ids: &Value) -> Vec<Call> {
    let plain = call(route, ids);
    let mut all = vec![plain.clone()];
    let Some(body) = plain.body.as_ref().and_then(Value::as_object) else { return all };
    for (name, value) in body {
        let Some(items) = value.as_array().filter(|items| !items.is_empty()) else { continue };
        let mut allowed = items[0].clone();
        if allowed.get("environment").is_some() {
            allowed["environment"] = json!("prod");
        }
        for change in [json!([]), json!([items[0], items[0]]), json!([allowed, items[0]])] {
            let mut other = plain.clone();
            other.body.as_mut().unwrap()[name.as_str()] = change;
            all.push(other);
        }
    }
    all
}

async fn check(server: &TestServer, world: &World<'_>, denial: &Denial) -> Vec<String> {
    let actors = Actors::new(world, denial.slug, "no-access", &["admin", denial.slug]).await;
    let mut faults = Vec::new();
    database::keep(server).await;
    let before = protected(world, denial).await;
    for route in guarded().filter(|route| !CONTAINERS.contains(&label(route).as_str())) {
        for call in variants(&route, &world.ids) {
            for (_, token) in actors.tokens(&route) {
                let answer = call.send(server, Some(token)).await;
                let by_credentials = route.path.ends_with("/quickstart/test");
                if answer.text.contains(CANARY) && !by_credentials && !shows_addresses(&route) {
                    faults.push(format!("{} {} shows {}", denial.slug, label(&route), answer.text));
                }
                if answer.status == 200 && call.method != "GET" {
                    if protected(world, denial).await != before {
                        faults.push(format!("{} {} changes it: {call:?}", denial.slug, label(&route)));
                    }
                    database::restore(server).await;
                }
            }
        }
    }
    database::forget(server).await;
    faults
}

#[tokio::test]
async fn a_denial_beside_every_right_holds_on_every_route_in_lists_twice_and_in_empty_ones() {
    each_engine(async |server| {
        let world = world(server).await;
        let mut faults = Vec::new();
        for denial in denials() {
            project_role(&world, denial.slug, denial.rules()).await;
            faults.extend(check(server, &world, &denial).await);
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn a_viewer_changes_nothing_on_any_route_in_lists_twice_and_in_empty_ones() {
    each_engine(async |server| {
        let world = world(server).await;
        let viewer = Actors::new(&world, "viewer", "no-access", &["viewer"]).await;
        database::keep(server).await;
        let before = database::contents(server).await;
        let mut faults = Vec::new();
        for route in guarded().filter(|route| route.method != "GET" && !is_own(route)) {
            for call in variants(&route, &world.ids) {
                for (kind, token) in viewer.tokens(&route) {
                    let answer = call.send(server, Some(token)).await;
                    let changed = database::changes_by(server, &before, answer.status).await;
                    if !changed.is_empty() {
                        faults.push(format!("{} by a {kind}: {changed:?} {}", label(&route), answer.text));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.is_empty(), "{changed:?}");
    })
    .await;
}

/// What people may change because it is their own, whatever their role.
fn is_own(route: &Route) -> bool {
    let path = route.path;
    ["/users/me", "/user/me", "/ui/v1/me", "/password/", "/auth/", "/quickstart/test"]
        .iter()
        .any(|part| path.contains(part))
        && !path.contains("/identities/")
        && !path.contains("/tokens/")
        || path == "/api/v2/organizations"
        || path.ends_with("/own-value")
}
