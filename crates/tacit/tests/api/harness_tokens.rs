//! What tests of auth methods share whose proof is a JSON Web Token.

use serde_json::{Value, json};
use tacit::app::{
    Settings,
    auth_method::clouds::Clouds,
    changes::Timing,
    egress::{Egress, trust},
};

use crate::{
    harness::{Node, TestServer, loopback, on_postgres},
    harness_auth_methods::{Vouched, made_up, traps},
    harness_https::StandIn,
    harness_signer::{Signer, encode},
};

/// Runs a test on each engine, on a server that takes the stand-in for every public cloud and trusts its certificate.
pub async fn each_engine_with_clouds(test: impl AsyncFn(&TestServer, &StandIn)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    run(&sqlite, folder, &test).await;
    on_postgres(async |database| {
        let folder = tempfile::tempdir().unwrap();
        run(database, folder, &test).await;
    })
    .await;
}

async fn run(
    database: &tacit_store::Settings,
    folder: tempfile::TempDir,
    test: &impl AsyncFn(&TestServer, &StandIn),
) {
    let cloud = StandIn::start(|_| (404, String::new()));
    let (google, azure_login) = (cloud.url.clone(), cloud.url.clone());
    let clouds = Clouds { google, azure_login, ..Clouds::default() };
    let settings = Settings { clouds, ..Settings::default() };
    let egress = Egress::trusting(loopback(), trust::certificates(cloud.certificate.as_bytes()));
    let node = Node { seed: 1, timing: Timing::default(), settings };
    test(&TestServer::start_with(database, folder, node, egress).await, &cloud).await;
}

/// A token as a proof.
pub fn proof(token: &str) -> Value {
    json!({ "jwt": token })
}

/// Changes claims; null takes one away.
pub fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// Tokens that say what is right, but nobody signed them who may.
pub async fn refuses_forgeries(machine: &Vouched<'_>, signer: &Signer, claims: &Value) {
    let other = Signer::new(&signer.key_id);
    let unsigned = |algorithm| format!("{}.{}.", encode(&json!({ "alg": algorithm })), encode(claims));
    let good = signer.sign(claims);
    let later = encode(&with(claims, "exp", json!(claims["exp"].as_i64().unwrap() + 1)));
    let parts: Vec<&str> = good.split('.').collect();
    for token in [
        format!("{}.{later}.{}", parts[0], parts[2]),
        other.sign(claims),
        Signer::new("unknown").sign(claims),
        unsigned("none"),
        unsigned("ES256"),
        signer.sign_as(&json!({ "alg": "HS256", "kid": signer.key_id }), claims),
        signer.sign_as(&json!({ "alg": "RS256", "kid": signer.key_id }), claims),
        good[..good.len() - 2].to_owned(),
    ] {
        assert_eq!(machine.login(&proof(&token)).await.status, 401, "{token}");
        assert!(["signature", "token"].contains(&machine.judged(&proof(&token)).await.as_str()), "{token}");
    }
    machine.refuses(&proof(&other.sign(claims)), "signature").await;
}

/// A token that does not count now, whatever else it says.
pub async fn refuses_other_times(machine: &Vouched<'_>, signer: &Signer, claims: &Value) {
    let now = machine.admin.server.app.now().seconds();
    for (name, value) in [
        ("exp", json!(now - 30)),
        ("exp", Value::Null),
        ("exp", json!("never")),
        ("nbf", json!(now + 60)),
        ("iat", json!(now + 60)),
    ] {
        machine.refuses(&proof(&signer.sign(&with(claims, name, value))), "times").await;
    }
}

/// Issuers and audiences that are not those of a token which is let in. Of a list of audiences one is enough.
pub async fn refuses_other_issuers_and_audiences(machine: &Vouched<'_>, signer: &Signer, claims: &Value) {
    let (issuer, audience) = (&claims["iss"], &claims["aud"]);
    let longer = |value: &Value| json!(format!("{}/x", value.as_str().unwrap()));
    let others = [
        ("iss", longer(issuer), "issuer"),
        ("iss", json!([issuer]), "issuer"),
        ("iss", json!(7), "issuer"),
        ("iss", Value::Null, "issuer"),
        ("aud", longer(audience), "audience"),
        ("aud", json!(["a", "b"]), "audience"),
        ("aud", json!([[audience]]), "audience"),
        ("aud", json!([]), "audience"),
        ("aud", Value::Null, "audience"),
    ];
    refuses_claims(machine, signer, claims, &others).await;
    machine.token(&proof(&signer.sign(&with(claims, "aud", json!(["x", audience]))))).await;
}

/// Changed claims that are refused, each because of one check.
pub async fn refuses_claims(
    machine: &Vouched<'_>,
    signer: &Signer,
    claims: &Value,
    all: &[(&str, Value, &str)],
) {
    for (name, value, check) in all {
        machine.refuses(&proof(&signer.sign(&with(claims, name, value.clone()))), check).await;
    }
}

/// What no method may do differently: forms, and all that it shares with methods of other proofs.
pub async fn logs_in_as_every_method_does(machine: &Vouched<'_>, token: &str) {
    let server = machine.admin.server;
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(format!("/api/v1/auth/{}/login", machine.method))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("identityId={}&jwt={token}", machine.id).into())
        .unwrap();
    assert_eq!(server.send(request).await.status, 200);
    machine.logs_in_as_every_method_does(async |more| machine.login_with(&proof(token), more).await).await;
}

/// Settings that are refused with 422, each because of the field that is named.
pub async fn refuses_settings(machine: &Vouched<'_>, all: Vec<(Value, &str)>) {
    for (settings, field) in all {
        let answer = machine.admin.call("POST", &machine.path(), Some(settings.clone())).await;
        assert_eq!(answer.status, 422, "{settings}: {}", answer.text);
        assert!(answer.text.contains(field), "{settings}: {}", answer.text);
    }
    assert_eq!(machine.admin.call("GET", &machine.path(), None).await.status, 404);
}

/// Whatever a login sends, and whatever its signed claims say, is refused and never our fault.
pub async fn is_never_our_fault(machine: &Vouched<'_>, signer: &Signer, claims: &Value) {
    for body in made_up("jwt") {
        let answer = machine.login(&body).await;
        assert!((400..500).contains(&answer.status), "{body}: {}", answer.text);
    }
    for name in claims.as_object().unwrap().keys() {
        for value in traps() {
            let token = proof(&signer.sign(&with(claims, name, value.clone())));
            let status = machine.login(&token).await.status;
            assert!(status < 500, "{name} {value}: {status}");
        }
    }
}
