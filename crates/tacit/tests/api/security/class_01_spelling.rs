//! Class 1: a path, an environment, a project and a secret have one spelling; what is decided about is what
//! is served.
//!
//! The callers may do everything in one folder, everything but in one environment, or everything but with one
//! secret. On each route they name what is denied to them in every other spelling, in the query, the body and
//! the path.

use serde_json::{Value, json};
use tacit::http::route::{Access, Route};

use super::{
    actors::{Actors, project_role},
    database,
    requests::{call, guarded, label, shows_addresses},
    world::{CANARY, World, world},
};
use crate::harness::{TestServer, each_engine};

/// Spellings of `/`, some of them by way of the allowed `/folder`.
const PATHS: &[&str] = &[
    "",
    ".",
    "..",
    "/.",
    "/..",
    "//",
    "///",
    "/./",
    "/../",
    "./",
    "../",
    " ",
    " /",
    "/ ",
    "\t/",
    "/\n",
    "\\",
    "/\\",
    "/folder/..",
    "/folder/../",
    "/folder//..",
    "/folder/./..",
    "folder/..",
    "/folder/../folder/..",
    "/folder/%2e%2e",
    "/folder%2f..",
    "/folder%2F..",
    "%2f",
    "%2F",
    "%252f",
    "/%2e",
    "/folder\\..",
    "/folder/..;/",
    "/folder/\u{0}/..",
    "\u{0}",
    "/\u{0}",
    "\u{ff0f}",
    "/folder/\u{ff0e}\u{ff0e}",
    "/folder/\u{2024}\u{2024}",
    "/\u{200b}",
    "/\u{feff}",
    "/folder\u{2215}..",
    "/FOLDER/..",
    "/folder/...",
    "/*",
    "/**",
    "/folder/**/..",
    "/?",
    "/#",
    "~",
    "root",
    "raw:%2f",
    "raw:%2e",
    "raw:%2e%2e",
    "raw:..",
    "raw:.",
    "raw:folder/..",
    "raw:folder%2f..",
    "raw:folder/%2e%2e",
    "raw:folder%2f%2e%2e",
    "raw:folder//..",
    "raw:%00",
    "raw:folder%00",
    "raw:%ff",
    "raw:folder/%c0%ae%c0%ae",
    "raw:folder;/..",
    "raw:%20",
    "raw:/",
    "raw:%5c",
];

/// Spellings of the environment `dev`.
const ENVIRONMENTS: &[&str] = &[
    "DEV",
    "Dev",
    " dev",
    "dev ",
    "\tdev",
    "dev\n",
    "dev/",
    "/dev",
    "./dev",
    "dev/.",
    "../dev",
    "dev\u{0}",
    "dev%00",
    "%64ev",
    "d%65v",
    "\u{ff44}\u{ff45}\u{ff56}",
    "de\u{301}v",
    "dev\u{200b}",
    "\u{feff}dev",
    "dev\u{ad}",
    "d\u{435}v",
    "dev*",
    "d?v",
    "dev,prod",
    "prod,dev",
    "dev;",
    "dev#",
    "dev?",
    "\"dev\"",
    "dev'--",
    "Development",
    "development",
    "raw:%64%65%76",
    "raw:dev%00",
    "raw:dev%20",
    "raw:%20dev",
    "raw:DEV",
    "raw:dev%2f",
    "raw:dev;x",
    "raw:./dev",
    "raw:prod/../dev",
];

/// Spellings of the secret `FOO`.
const NAMES: &[&str] = &[
    "foo",
    "Foo",
    " FOO",
    "FOO ",
    "\tFOO",
    "FOO\n",
    "FOO/",
    "/FOO",
    "./FOO",
    "FOO/.",
    "../FOO",
    "FOO\u{0}",
    "F%4fO",
    "\u{ff26}\u{ff2f}\u{ff2f}",
    "FO\u{41e}",
    "FOO\u{200b}",
    "\u{feff}FOO",
    "FOO\u{301}",
    "FOO*",
    "F?O",
    "FOO,BAR",
    "FOO;",
    "${FOO}",
    "dev.FOO",
    "raw:%46%4f%4f",
    "raw:FOO%00",
    "raw:FOO%20",
    "raw:%20FOO",
    "raw:foo",
    "raw:FOO%2f",
    "raw:FOO;x",
    "raw:./FOO",
    "raw:x/../FOO",
    "raw:%2e%2fFOO",
    "raw:FOO/",
    "raw:FOO//",
];

/// Routes on which the path is something else, and what.
const OTHER_PATHS: &[(&str, &str)] = &[
    ("/api/v1/organization/audit-logs", "a text to look for in events"),
    ("/api/v1/workspace/{project}/audit-logs", "a text to look for in events"),
    ("/api/ui/v1/audit-logs/export", "a text to look for in events"),
    ("/api/v1/webhooks", "a pattern"),
    ("/api/v2/service-token", "a pattern"),
    ("/api/v1/events/subscribe/project-events", "a pattern"),
    ("/api/ui/v1/projects/{project}/quickstart/test", "given on to a read, whose refusal is shown"),
];

/// Takes the thing itself away or renames it, which is another right than that on what is inside.
fn is_container(route: &Route) -> bool {
    let path = route.path;
    let is_whole = path.ends_with("/{project}") || path.contains("/environments/") || path.contains("/tags/");
    is_whole && !path.contains("/secrets/") && route.method != "GET"
}

/// What is denied, as somebody who may see everything sees it.
async fn protected(world: &World<'_>) -> Vec<Value> {
    let query = format!("projectId={}&environment=dev", world.id("project"));
    let mut seen = Vec::new();
    for path in [
        format!("/api/v4/secrets?{query}&includeImports=false"),
        format!("/api/v2/folders?{query}"),
        format!("/api/v2/secret-imports?{query}"),
    ] {
        let mut body = world.admin.ok("GET", &path, None).await;
        // A change inside the folder that is allowed shows in when it last changed.
        for folder in body["folders"].as_array_mut().into_iter().flatten() {
            *folder = folder["id"].clone();
        }
        seen.push(body);
    }
    seen
}

/// The secret that is denied.
async fn protected_secret(world: &World<'_>) -> Vec<Value> {
    vec![world.admin.ok("GET", &format!("/api/v4/secrets/id/{}", world.id("secret")), None).await]
}

struct Respelling {
    role: &'static str,
    key: &'static str,
    spellings: &'static [&'static str],
}

async fn check(server: &TestServer, world: &World<'_>, one: &Respelling) -> Vec<String> {
    let roles: &[&str] = if one.role == "one-folder" { &["one-folder"] } else { &["admin", one.role] };
    let actors = Actors::new(world, one.role, "no-access", roles).await;
    let protected = async || {
        if one.key == "name" { protected_secret(world).await } else { protected(world).await }
    };
    database::keep(server).await;
    let before = protected().await;
    let (mut faults, mut sent) = (Vec::new(), 0);
    for route in guarded().filter(|route| !is_container(route)) {
        let plain = call(&route, &world.ids);
        for spelling in one.spellings {
            let mut ids = world.ids.clone();
            ids[one.key] = json!(spelling);
            let call = call(&route, &ids);
            if call.target == plain.target && call.body == plain.body {
                break;
            }
            sent += 1;
            let (_, token) = actors.tokens(&route)[0];
            let Some(answer) = call.try_send(server, token).await else { continue };
            let is_shown = answer.text.contains(CANARY) && !shows_addresses(&route);
            let is_credential = route.path.ends_with("/quickstart/test");
            if answer.status >= 500 || is_shown && !is_credential {
                faults.push(format!(
                    "{} {} {spelling:?}: {} {}",
                    one.role,
                    label(&route),
                    answer.status,
                    answer.text
                ));
            }
            if answer.status < 400 && call.method != "GET" {
                if protected().await != before {
                    faults.push(format!("{} {} {spelling:?} changes it: {call:?}", one.role, label(&route)));
                }
                database::restore(server).await;
            }
        }
    }
    assert!(sent > 300, "only {sent} requests were spelled otherwise");
    database::forget(server).await;
    faults
}

#[tokio::test]
async fn what_is_denied_stays_denied_in_every_spelling_on_every_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let place = json!({ "environment": "dev", "secretPath": { "$in": ["/folder"] } });
        let crud = ["read", "create", "edit", "delete"];
        let rules: Vec<Value> = ["secrets", "secret-folders", "secret-imports"]
            .iter()
            .map(|subject| json!({ "subject": subject, "action": crud, "conditions": place }))
            .collect();
        project_role(&world, "one-folder", json!(rules)).await;
        let deny = |subject: &str, conditions: Value| {
            json!({ "subject": subject, "action": crud, "inverted": true, "conditions": conditions })
        };
        let not_dev = || json!({ "environment": "dev" });
        let rules = ["secrets", "secret-folders", "secret-imports"].map(|subject| deny(subject, not_dev()));
        project_role(&world, "not-dev", json!(rules)).await;
        project_role(&world, "not-foo", json!([deny("secrets", json!({ "secretName": "FOO" }))])).await;
        let mut faults = Vec::new();
        for one in [
            Respelling { role: "one-folder", key: "secret_path", spellings: PATHS },
            Respelling { role: "not-dev", key: "environment_slug", spellings: ENVIRONMENTS },
            Respelling { role: "not-foo", key: "name", spellings: NAMES },
        ] {
            faults.extend(check(server, &world, &one).await);
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn a_spelling_that_is_not_the_one_is_refused_or_means_the_same_on_every_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let mut ids = world.ids.clone();
        let ambiguous = [
            "//",
            "/.",
            "/..",
            "/folder/..",
            "/folder//",
            "/%2e",
            "/folder%2f",
            "/fol der",
            "/\u{0}",
            "/\u{ff0f}",
            "\\",
            "/folder\\",
            "~",
            "/*",
        ];
        let mut faults = Vec::new();
        let takes_a_path = |route: &Route| !OTHER_PATHS.iter().any(|(path, _)| route.path == *path);
        for route in guarded().filter(takes_a_path) {
            let plain = call(&route, &world.ids);
            for spelling in ambiguous {
                ids["secret_path"] = json!(spelling);
                let call = call(&route, &ids);
                if call.target == plain.target && call.body == plain.body {
                    break;
                }
                let token =
                    if route.access == Access::Identity { &world.machine } else { &world.admin.token };
                let answer = call.send(server, Some(token)).await;
                if !(400..500).contains(&answer.status) {
                    faults.push(format!("{} {spelling:?}: {} {}", label(&route), answer.status, answer.text));
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn a_project_in_another_spelling_is_no_way_into_it_on_any_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let outside = Actors::new(&world, "outside", "no-access", &[]).await;
        let before = database::contents(server).await;
        let mut faults = Vec::new();
        for key in ["project", "project_slug"] {
            let name = world.id(key).to_owned();
            for spelling in [
                name.to_uppercase(),
                format!(" {name}"),
                format!("{name}\n"),
                format!("{{{name}}}"),
                format!("urn:uuid:{name}"),
                format!("{name}\u{0}"),
                format!("raw:{name}%00"),
                format!("raw:{name}%20"),
                format!("raw:./{name}"),
                format!("raw:{name};x"),
                format!("raw:x/../{name}"),
                name.replace('-', "\u{2010}"),
                name.replace('-', ""),
            ] {
                let mut ids = world.ids.clone();
                ids[key] = json!(spelling);
                for route in guarded() {
                    let call = call(&route, &ids);
                    let (_, token) = outside.tokens(&route)[0];
                    let plain = self::call(&route, &world.ids);
                    if call.target == plain.target && call.body == plain.body {
                        continue;
                    }
                    let Some(answer) = call.try_send(server, token).await else { continue };
                    if answer.text.contains(CANARY) || answer.status >= 500 {
                        faults.push(format!("{} {spelling:?}: {}", label(&route), answer.text));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.iter().all(|table| OWN.contains(&table.as_str())), "{changed:?}");
    })
    .await;
}

/// What people and machines change of their own account, whatever else they name.
const OWN: &[&str] = &[
    "access_tokens",
    "client_secrets",
    "identities",
    "organization_memberships",
    "organizations",
    "user_preferences",
    "user_recovery_codes",
    "user_sessions",
    "user_totp",
    "users",
];
