//! Class 13: what is secret stands in no answer that is not about it, no log, no audit event, and nowhere in the
//! database as it is.
//!
//! Every route is asked rightly and wrongly, with secrets that are found again in each field that holds one. What a
//! whole process leaves behind is in `tests/cli/leaks.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, LazyLock, Mutex},
};

use axum::http::Request;
use serde_json::{Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};
use tracing_subscriber::fmt::MakeWriter;

use super::{
    database,
    requests::{Call, call, label},
    world::{World, world},
};
use crate::{
    canary::Canary,
    fuzz,
    harness::{Answer, TestServer, each_engine},
    harness_identities::audit_text,
};

/// What a reader of secrets may be given.
static VALUE: LazyLock<Canary> = LazyLock::new(|| Canary::new("value-canary /\"+51f0"));
/// What nobody is ever given again.
static CREDENTIAL: LazyLock<Canary> = LazyLock::new(|| Canary::new("login-canary /\"+93c2"));

/// Fields that hold what readers of a project may see and nobody else.
const VALUE_FIELDS: &[&str] =
    &["secretValue", "value", "secretComment", "comment", "secretMetadata", "metadata", "rawValue"];
/// Fields by which one proves who one is, or the server does.
const CREDENTIAL_FIELDS: &[&str] = &[
    "password",
    "newPassword",
    "oldPassword",
    "currentPassword",
    "clientSecret",
    "accessToken",
    "refreshToken",
    "token",
    "mfaToken",
    "resetToken",
    "jwt",
    "bindPass",
    "tokenReviewerJwt",
    "webhookSecretKey",
    "webhookUrl",
    "secretKeyBase",
    "code",
    "mfaToken",
    "recoveryCode",
    "totp",
    "iamRequestHeaders",
    "iamRequestBody",
    "clientCertificate",
    "Signature",
    "headers",
    "credential",
    "clientProof",
    "clientPublicKey",
    "verificationToken",
    "encryptedPrivateKey",
];

/// Where what was given is given back on purpose.
const GIVEN_BACK: (&str, &str) =
    ("/ldap-auth/identities/", "the wire shows `bindPass` to who may change the identity");

/// Lines of the log that hold what they must not.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Leaks>>);

#[derive(Default)]
struct Leaks(Vec<String>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let found = [&VALUE, &CREDENTIAL].into_iter().filter_map(|canary| canary.found_in(line));
        self.0.lock().unwrap().0.extend(found);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The secret fields that a route's body or query has, with what is put there.
fn secret_fields(route: &Route) -> Vec<(String, &'static Canary)> {
    let mut names = BTreeSet::new();
    fuzz::names(route.body, &mut names);
    fuzz::names(route.query, &mut names);
    let canary = |name: &String| {
        let is = |fields: &[&str]| fields.contains(&name.as_str());
        if is(VALUE_FIELDS) { Some(&*VALUE) } else { is(CREDENTIAL_FIELDS).then_some(&*CREDENTIAL) }
    };
    names.into_iter().filter_map(|name| Some((name.clone(), canary(&name)?))).collect()
}

/// Puts `value` into a field wherever the body has it: at the top, and in what its lists hold.
fn put(body: &mut Value, name: &str, value: &Value) {
    for (field, inner) in body.as_object_mut().into_iter().flatten() {
        for item in inner.as_array_mut().into_iter().flatten().filter(|item| item.is_object()) {
            if item.get(name).is_some() || field == "secrets" || field == "changes" {
                item[name] = value.clone();
            }
        }
    }
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), value.clone());
    }
}

/// A right request whose values are secret, and wrong ones.
fn variants(route: &Route, call: &Call) -> Vec<Call> {
    let fields = secret_fields(route);
    let Some(body) = &call.body else { return vec![call.clone()] };
    let with = |value: &dyn Fn(&Canary) -> Value, only_values: bool| {
        let mut body = body.clone();
        for (name, canary) in &fields {
            let is_there =
                body.get(name).is_some() || body.get("secrets").is_some() || body.get("changes").is_some();
            if !only_values
                || (is_there && VALUE_FIELDS.contains(&name.as_str()) && !name.ends_with("etadata"))
            {
                put(&mut body, name, &value(canary));
            }
        }
        Call { body: Some(body), ..call.clone() }
    };
    vec![
        with(&|canary| json!(canary.text()), true),
        with(&|canary| json!(canary.text()), false),
        with(&|canary| json!([canary.text(), { canary.text(): 1 }]), false),
        with(
            &|canary| json!({ "key": canary.text(), "value": canary.text(), canary.text(): [canary.text()] }),
            false,
        ),
        with(&|canary| json!([{ "key": "a", "value": canary.text(), "isEncrypted": true }]), false),
    ]
}

/// Texts that are no JSON, or end too soon, with a secret where they break.
fn broken(fields: &[(String, &'static Canary)]) -> Vec<(&'static str, String)> {
    fields
        .iter()
        .flat_map(|(name, canary)| {
            let text = serde_json::to_string(canary.text()).unwrap();
            let form: String = form_urlencoded::byte_serialize(canary.text().as_bytes()).collect();
            [
                ("application/json", format!("{{\"{name}\":{}", &text[..text.len() - 1])),
                ("application/json", format!("{{\"{name}\":{text} {text}}}")),
                ("application/json", text),
                ("application/x-www-form-urlencoded", format!("{name}={form}&{name}[]={form}&{form}=1")),
            ]
        })
        .collect()
}

/// What an answer gives away: what was put into it, unless it is the value that was asked for.
fn leak(route: &Route, answer: &Answer) -> Option<String> {
    if answer.status == 200 && route.path.contains(GIVEN_BACK.0) {
        return None;
    }
    let mut all = answer.text.clone().into_bytes();
    for (name, value) in &answer.headers {
        all.extend(name.as_str().as_bytes());
        all.extend(value.as_bytes());
    }
    let value = if answer.status == 200 { None } else { VALUE.found_in(&all) };
    value.or_else(|| CREDENTIAL.found_in(&all))
}

fn token<'w>(world: &'w World<'_>, route: &Route) -> &'w str {
    match route.access {
        Access::Identity => &world.machine,
        Access::ServiceToken => world.id("service_token_text"),
        _ => &world.admin.token,
    }
}

async fn send_text(server: &TestServer, route: &Route, token: &str, kind: &str, text: String) -> Answer {
    let request = Request::builder()
        .method(route.method.clone())
        .uri(route.path.replace(['{', '}', '*'], "x"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind);
    server.send(request.body(text.into()).unwrap()).await
}

/// What a server remembers of a caller, as it could be sent by mistake.
async fn with_secret_headers(server: &TestServer, route: &Route) -> Vec<Answer> {
    let secret = CREDENTIAL.text();
    let mut answers = Vec::new();
    for (name, value) in [
        ("authorization", format!("Bearer {secret}")),
        ("authorization", secret.to_owned()),
        ("x-api-key", secret.to_owned()),
        ("cookie", format!("jid={secret}")),
        ("x-tacit-setup-token", secret.to_owned()),
    ] {
        let request = Request::builder()
            .method(route.method.clone())
            .uri(route.path.replace(['{', '}', '*'], "x"))
            .header(name, value);
        answers.push(server.send(request.body("{}".into()).unwrap()).await);
    }
    answers
}

fn scan(contents: &BTreeMap<String, String>) -> Vec<String> {
    let leaks = contents.iter().flat_map(|(table, text)| {
        let found = [&VALUE, &CREDENTIAL].into_iter().filter_map(|canary| canary.found_in(text.as_bytes()));
        found.map(move |leak| format!("{table}: {leak}"))
    });
    leaks.collect()
}

#[tokio::test]
async fn no_secret_leaves_by_another_way_than_the_answer_to_who_may_read_it() {
    each_engine(async |server| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        let guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
        let world = world(server).await;
        database::keep(server).await;
        let (mut leaks, mut fields) = (Vec::new(), 0);
        for route in routes::all() {
            let secret = secret_fields(&route);
            fields += secret.len();
            for variant in variants(&route, &call(&route, &world.ids)) {
                let answer = variant.send(server, Some(token(&world, &route))).await;
                leaks.extend(leak(&route, &answer).map(|leak| format!("{}: {leak}", label(&route))));
                if answer.status == 200 {
                    let found = scan(&database::written_contents(server).await);
                    leaks.extend(found.into_iter().map(|leak| format!("{}: {leak}", label(&route))));
                    database::restore(server).await;
                }
            }
            for (kind, text) in broken(&secret) {
                let answer = send_text(server, &route, token(&world, &route), kind, text).await;
                leaks.extend(leak(&route, &answer).map(|leak| format!("{}: {leak}", label(&route))));
            }
            for answer in with_secret_headers(server, &route).await {
                leaks.extend(leak(&route, &answer).map(|leak| format!("{}: {leak}", label(&route))));
            }
        }
        leaks.extend(scan(&database::contents(server).await));
        tracing::trace!("said on purpose, to see that the log is watched: {}", VALUE.text());
        drop(guard);
        assert!(leaks.is_empty(), "{}\n{}", leaks.len(), leaks.join("\n"));
        assert!(fields > 60, "only {fields} fields held a secret");
        let audit = audit_text(&world.admin).await;
        for canary in [&VALUE, &CREDENTIAL] {
            assert_eq!(canary.found_in(audit.as_bytes()), None);
        }
        let log = log.0.lock().unwrap();
        assert_eq!(log.0.len(), 1, "{}", log.0.join("\n"));
        assert!(log.0[0].contains("said on purpose"), "{}", log.0[0]);
    })
    .await;
}
