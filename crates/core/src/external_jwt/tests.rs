use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{base64url, time::Timestamp};

/// A P-256 key pair: for signing, and as a key of a set with an id.
fn pair(id: &str) -> (EncodingKey, Value) {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig",
        "x": base64url::encode(&point[1..33]), "y": base64url::encode(&point[33..]) });
    (EncodingKey::from_ec_der(pkcs8.as_ref()), jwk)
}

fn keys(jwks: &[Value]) -> PublicKeys {
    PublicKeys::from_json(json!({ "keys": jwks }).to_string().as_bytes()).unwrap()
}

fn sign(key: &EncodingKey, algorithm: Algorithm, id: Option<&str>, claims: &Value) -> String {
    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().ok();
    let header = Header { kid: id.map(str::to_owned), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, key).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    use std::fmt::Write as _;
    let text = base64url::encode(der).replace('-', "+").replace('_', "/");
    let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in padded.as_bytes().chunks(64) {
        writeln!(pem, "{}", std::str::from_utf8(line).unwrap()).unwrap();
    }
    writeln!(pem, "-----END {label}-----").unwrap();
    pem
}

#[test]
fn a_token_counts_under_the_key_it_names_only() {
    let (signing, jwk) = pair("a");
    let (other_signing, other) = pair("b");
    let set = keys(&[jwk.clone(), other]);
    let claims = json!({ "iss": "https://issuer", "n": 1 });

    let good = sign(&signing, Algorithm::ES256, Some("a"), &claims);
    assert_eq!(verify(&good, &set).unwrap().text("iss"), Some("https://issuer"));
    let unnamed = sign(&other_signing, Algorithm::ES256, None, &claims);
    assert!(verify(&unnamed, &set).is_ok());

    let foreign = sign(&other_signing, Algorithm::ES256, Some("a"), &claims);
    assert_eq!(verify(&foreign, &set), Err(JwtError::InvalidSignature));
    let unknown = sign(&signing, Algorithm::ES256, Some("c"), &claims);
    assert_eq!(verify(&unknown, &set), Err(JwtError::UnknownKey));
    assert_eq!(verify(&good, &PublicKeys::default()), Err(JwtError::UnknownKey));

    let (start, signature) = good.rsplit_once('.').unwrap();
    let changed = format!("{}x.{signature}", &start[..start.len() - 1]);
    assert!(verify(&changed, &set).is_err());
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret_and_no_signature_is_none() {
    let (_, jwk) = pair("a");
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = pem("PUBLIC KEY", AsDer::as_der(rsa.public_key()).unwrap().as_ref());
    let set = PublicKeys::new(vec![PublicKey::from_pem(&public).unwrap()]);
    let claims = json!({ "iss": "x" });

    let confused = sign(&EncodingKey::from_secret(public.as_bytes()), Algorithm::HS256, None, &claims);
    assert_eq!(verify(&confused, &set), Err(JwtError::WrongAlgorithm));
    let symmetric = json!({ "kty": "oct", "kid": "a", "k": "c2VjcmV0" });
    assert!(keys(&[symmetric]).is_empty());

    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    for algorithm in ["none", "None", "NONE", ""] {
        let unsigned = format!("{}.{}.", part(&json!({ "alg": algorithm, "kid": "a" })), part(&claims));
        assert_eq!(
            verify(&unsigned, &keys(std::slice::from_ref(&jwk))),
            Err(JwtError::WrongAlgorithm),
            "{algorithm}"
        );
    }
}

#[test]
fn a_key_signs_by_its_own_algorithms_only() {
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = pem("PUBLIC KEY", AsDer::as_der(rsa.public_key()).unwrap().as_ref());
    let set = PublicKeys::new(vec![PublicKey::from_pem(&public).unwrap()]);
    let private: aws_lc_rs::encoding::Pkcs8V1Der<'_> = AsDer::as_der(&rsa).unwrap();
    // PKCS #8 of an RSA key of this size is 26 bytes and then PKCS #1, which is what is wanted here.
    let signing = EncodingKey::from_rsa_der(&private.as_ref()[26..]);

    for algorithm in [Algorithm::RS256, Algorithm::PS512] {
        let token = sign(&signing, algorithm, None, &json!({}));
        assert!(verify(&token, &set).is_ok(), "{algorithm:?}");
    }
    let (signing, _) = pair("a");
    let elliptic = sign(&signing, Algorithm::ES256, None, &json!({}));
    assert_eq!(verify(&elliptic, &set), Err(JwtError::InvalidSignature));

    let (signing, mut jwk) = pair("a");
    jwk["alg"] = json!("ES384");
    let token = sign(&signing, Algorithm::ES256, Some("a"), &json!({}));
    assert_eq!(verify(&token, &keys(std::slice::from_ref(&jwk))), Err(JwtError::InvalidSignature));
    jwk["alg"] = json!("ES256");
    assert!(verify(&token, &keys(std::slice::from_ref(&jwk))).is_ok());
    jwk["use"] = json!("enc");
    assert!(keys(&[jwk]).is_empty());
}

#[test]
fn a_key_of_a_trust_bundle_signs_tokens_or_certificates() {
    let (signing, mut jwk) = pair("a");
    let token = sign(&signing, Algorithm::ES256, Some("a"), &json!({}));
    jwk["use"] = json!("jwt-svid");
    assert!(verify(&token, &keys(std::slice::from_ref(&jwk))).is_ok());
    jwk["use"] = json!("x509-svid");
    assert!(keys(&[jwk]).is_empty());
}

#[test]
fn what_a_token_claims_is_read_before_anybody_has_checked_it() {
    let (signing, _) = pair("a");
    let claims = json!({ "sub": "a", "n": 1, "sub2": { "sub": "b" } });
    let token = sign(&signing, Algorithm::ES256, None, &claims);
    assert_eq!(claimed(&token, "sub"), Ok(Some("a".to_owned())));
    assert_eq!((claimed(&token, "n"), claimed(&token, "x")), (Ok(None), Ok(None)));
    assert_eq!(claimed("x.y.z", "sub"), Err(JwtError::Malformed));
    let head = token.split('.').next().unwrap();
    for payload in ["", "!", "W10", "bnVsbA"] {
        assert_eq!(claimed(&format!("{head}.{payload}.x"), "sub"), Err(JwtError::Malformed), "{payload}");
    }
}

#[test]
fn a_token_that_says_no_end_ends_never() {
    let now = Timestamp::from_millis(1_000_000_000);
    let ends = |claims: Value| Claims::new(claims.as_object().unwrap().clone()).ends_within(60, now);
    assert!(ends(json!({ "exp": 1_000_090 })) && !ends(json!({ "exp": 1_000_091 })));
    assert!(!ends(json!({})) && !ends(json!({ "exp": "x" })) && !ends(json!({ "exp": 1e308 })));
}

#[test]
fn a_token_without_an_end_may_get_one_after_its_beginning() {
    let end = |claims: Value| {
        let claims = Claims::new(claims.as_object().unwrap().clone()).ending_after(60);
        claims.get("exp").cloned()
    };
    assert_eq!(end(json!({ "iat": 7 })), Some(json!(67)));
    assert_eq!(end(json!({ "iat": 7, "exp": 8 })), Some(json!(8)));
    assert_eq!(end(json!({ "iat": 7, "exp": null })), Some(json!(null)));
    assert_eq!(end(json!({ "iat": "x" })), None);
    assert_eq!(end(json!({})), None);
}

#[test]
fn a_private_key_or_a_certificate_is_no_public_key() {
    for text in
        ["", "x", &pem("PRIVATE KEY", b"abc"), &pem("CERTIFICATE", b"abc"), &pem("PUBLIC KEY", b"abc")]
    {
        assert_eq!(PublicKey::from_pem(text).err(), Some(KeyError::NoPublicKey), "{text}");
    }
}

#[test]
fn times_count_with_half_a_minute_of_leeway_and_an_end_must_be_there() {
    let now = Timestamp::from_millis(1_000_000_000);
    let check = |claims: Value| Claims::new(claims.as_object().unwrap().clone()).check_times(now);

    assert_eq!(check(json!({})), Err(TimeError::Endless));
    assert_eq!(check(json!({ "exp": "soon" })), Err(TimeError::Endless));
    assert_eq!(check(json!({ "exp": 1_000_000 - 30 })), Err(TimeError::Expired));
    assert_eq!(check(json!({ "exp": 1_000_000 - 29 })), Ok(()));
    assert_eq!(check(json!({ "exp": 1_000_000.5 })), Ok(()));
    assert_eq!(check(json!({ "exp": 1_000_001, "nbf": 1_000_031 })), Err(TimeError::NotYet));
    assert_eq!(check(json!({ "exp": 1_000_001, "nbf": "x" })), Err(TimeError::NotYet));
    assert_eq!(check(json!({ "exp": 1_000_001, "iat": 1_000_031 })), Err(TimeError::FromTheFuture));
    assert_eq!(check(json!({ "exp": 1_000_001, "nbf": 1_000_030, "iat": 1_000_030 })), Ok(()));
}

#[test]
fn an_audience_is_one_text_or_a_list_and_never_a_part_of_one() {
    let covers = |aud: Value, accepted: &[&str]| {
        covers_audience(&Claims::new(json!({ "aud": aud }).as_object().unwrap().clone()), accepted)
    };

    assert!(covers(json!("a"), &["a"]) && covers(json!(["x", "a"]), &["b", "a"]));
    for aud in [json!("ab"), json!(["ab"]), json!([["a"]]), json!({ "a": 1 }), json!(null), json!([])] {
        assert!(!covers(aud.clone(), &["a"]), "{aud}");
    }
    assert!(!covers(json!("a"), &[]));
}

#[test]
fn a_claim_is_found_by_its_name_before_its_way() {
    let claims = json!({ "a.b": "whole", "a": { "b": "nested", "c": [1, true, "x", null, {}] } });
    let claims = Claims::new(claims.as_object().unwrap().clone());

    assert_eq!(claims.texts("a.b"), ["whole"]);
    assert_eq!(claims.texts("a.c"), ["1", "true", "x"]);
    assert!(claims.texts("a").is_empty() && claims.texts("a.x.y").is_empty() && claims.texts("").is_empty());
}

proptest! {
    #[test]
    fn whatever_arrives_is_refused_without_a_panic(text in "[a-zA-Z0-9_.=-]{0,80}", bytes: Vec<u8>) {
        let (_, jwk) = pair("a");
        prop_assert!(verify(&text, &keys(&[jwk])).is_err());
        let _ = claimed(&text, "sub");
        let _ = PublicKeys::from_json(&bytes);
        let _ = PublicKey::from_pem(&String::from_utf8_lossy(&bytes));
    }
}
