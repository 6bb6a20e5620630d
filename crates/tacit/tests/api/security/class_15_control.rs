//! Class 15: whoever has no credential controls nothing: a set-up server is not set up again, and what manages the
//! instance asks for who manages it.

use serde_json::{Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};

use super::{
    actors::Actors,
    database,
    requests::{call, guarded, label},
    world::world,
};
use crate::harness::{TestServer, each_engine};

/// All routes that need no credential to be called, and why each may: a new one needs a reason here.
const PUBLIC: &[(&str, &str)] = &[
    ("GET /", PAGE),
    ("GET /api/docs", PAGE),
    ("GET /api/docs/json", PAGE),
    ("GET /api/docs/page.css", PAGE),
    ("GET /api/docs/home.css", PAGE),
    ("GET /api/docs/home.js", PAGE),
    ("GET /api/docs/reference.css", PAGE),
    ("GET /api/docs/reference.js", PAGE),
    ("GET /api/status", "says that the server is up"),
    ("GET /api/v1/admin/config", "says whether the server is set up"),
    ("POST /api/v1/admin/bootstrap", SET_UP),
    ("POST /api/v1/admin/signup", SET_UP),
    ("POST /api/v3/auth/login", LOGIN),
    ("POST /api/v3/auth/login1", REFUSES),
    ("POST /api/v3/auth/login2", REFUSES),
    ("POST /api/v1/auth/token", "a cookie is the credential"),
    ("POST /api/v1/auth/logout", "a cookie is the credential"),
    ("POST /api/v2/auth/mfa/verify", LOGIN),
    ("POST /api/v2/auth/mfa/send", REFUSES),
    ("GET /api/v2/auth/mfa/check/totp", LOGIN),
    ("POST /api/ui/v1/sign-in/passkey/options", LOGIN),
    ("POST /api/ui/v1/sign-in/passkey", LOGIN),
    ("POST /api/ui/v1/mfa/passkey/options", LOGIN),
    ("POST /api/ui/v1/mfa/passkey", LOGIN),
    ("POST /api/v1/password/email/password-reset", "sends a mail to whom the account belongs"),
    ("POST /api/v1/password/email/password-reset-verify", LINK),
    ("POST /api/v2/password/password-reset", LINK),
    ("POST /api/v1/password/password-reset", REFUSES),
    ("POST /api/v1/invite-org/verify", LINK),
    ("POST /api/v3/signup/complete-account/invite", LINK),
    ("POST /api/v1/auth/token/renew", "the token in the body is the credential"),
    ("POST /api/v1/auth/token/revoke", "the token in the body is the credential"),
];

const PAGE: &str = "a page without data";
const SET_UP: &str = "works once, from this machine or with the set-up token";
const LOGIN: &str = "is how one proves who one is";
const LINK: &str = "a secret of a mail is the credential";
const REFUSES: &str = "refuses everybody";

fn is_listed(route: &Route) -> bool {
    let is_machine_login = route.path.starts_with("/api/v1/auth/") && route.path.ends_with("/login");
    is_machine_login || PUBLIC.iter().any(|(listed, _)| label(route) == *listed)
}

#[test]
fn every_route_that_needs_no_credential_is_known_with_its_reason() {
    let public: Vec<Route> =
        routes::all().into_iter().filter(|route| route.access == Access::Public).collect();
    for route in &public {
        assert!(is_listed(route), "{} needs no credential: why?", label(route));
    }
    for (listed, reason) in PUBLIC {
        assert!(public.iter().any(|route| label(route) == *listed), "{listed} ({reason}) is no public route");
    }
}

/// The tables in which guesses are counted, and what is only shown to who asks.
const COUNTED: [&str; 2] = ["login_failures", "universal_auths"];

#[tokio::test]
async fn whoever_has_no_credential_changes_nothing_on_a_server_that_is_set_up() {
    each_engine(async |server| {
        let world = world(server).await;
        let before = database::contents(server).await;
        for route in routes::all() {
            // With the ids of everything that is there, and without any secret.
            let mut ids = world.ids.clone();
            for secret in ["client_secret_text", "token_text", "service_token_text"] {
                ids[secret] = json!("guessed");
            }
            let answer = call(&route, &ids).send(server, None).await;
            if route.access != Access::Public {
                assert_eq!(answer.status, 401, "{}: {}", label(&route), answer.text);
            }
            assert!(answer.status < 500, "{}: {}", label(&route), answer.text);
        }
        let mut changed = database::differences(&before, &database::contents(server).await);
        changed.retain(|table| !COUNTED.contains(&table.as_str()));
        assert!(changed.is_empty(), "{changed:?}");
    })
    .await;
}

#[tokio::test]
async fn who_does_not_manage_the_instance_controls_nothing_of_it() {
    each_engine(async |server| {
        let world = world(server).await;
        let high = Actors::new(&world, "high", "admin", &["admin"]).await;
        let before = database::contents(server).await;
        let mut asked = 0;
        for route in guarded().filter(|route| route.access == Access::InstanceAdmin) {
            for token in [&high.user, &high.machine, world.id("token_text"), world.id("service_token_text")] {
                let answer = call(&route, &world.ids).send(server, Some(token)).await;
                assert_eq!(answer.status, 403, "{}: {}", label(&route), answer.text);
                asked += 1;
            }
        }
        assert!(asked > 20, "{asked}");
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.is_empty(), "{changed:?}");
    })
    .await;
}

/// Before anybody set it up, a server does nothing but wait for that.
#[tokio::test]
async fn a_server_that_is_not_set_up_does_nothing_for_anybody_and_is_set_up_by_nobody_from_elsewhere() {
    each_engine(async |server| {
        for route in guarded() {
            let answer = call(&route, &json!({})).send(server, Some("x")).await;
            assert!(matches!(answer.status, 401 | 403), "{}: {}", label(&route), answer.text);
        }
        for path in ["/api/v1/admin/bootstrap", "/api/v1/admin/signup"] {
            for headers in
                [&[][..], &[("x-forwarded-for", "127.0.0.1")], &[("x-tacit-setup-token", "AAAA-AAAA")]]
            {
                let answer = server.call_from([192, 0, 2, 1], headers, path, &set_up()).await;
                assert_eq!(answer.status, 403, "{path}: {}", answer.text);
            }
        }
        assert!(!is_set_up(server).await);
        server.with_admin().await;
        for path in ["/api/v1/admin/bootstrap", "/api/v1/admin/signup"] {
            let answer = server.call("POST", path, None, Some(set_up())).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        }
    })
    .await;
}

fn set_up() -> Value {
    json!({ "email": "eve@example.test", "password": "a password of eve", "organization": "Evil",
        "firstName": "Eve" })
}

async fn is_set_up(server: &TestServer) -> bool {
    server.get("/api/v1/admin/config").await.body["config"]["initialized"] == json!(true)
}
