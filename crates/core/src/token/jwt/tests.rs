use jsonwebtoken::encode;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    id::{AccessTokenId, ClientSecretId, IdentityId, OrganizationId, SessionId, UserId},
    token::{IdentityClaims, UserClaims},
};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_500);
const HOUR: i64 = 3600;

fn key() -> TokenKey {
    TokenKey::new(&[7; 32])
}

fn user_claims() -> UserClaims {
    UserClaims {
        user_id: UserId::new("u"),
        session_id: SessionId::new("s"),
        access_version: 2,
        organization_id: None,
        auth_method: "email".to_owned(),
        issued_at: NOW.seconds(),
        expires_at: NOW.seconds() + HOUR,
    }
}

fn identity_claims() -> IdentityClaims {
    IdentityClaims {
        identity_id: IdentityId::new("i"),
        client_secret_id: Some(ClientSecretId::new("c")),
        access_token_id: AccessTokenId::new("a"),
        identity_name: "ci".to_owned(),
        auth_method: "universal-auth".to_owned(),
        organization_id: OrganizationId::new("o"),
        issued_at: NOW.seconds(),
        expires_at: None,
    }
}

/// The claims as a client reads them, without the key.
fn payload(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token).unwrap().claims
}

#[test]
fn the_claims_have_the_names_of_the_wire() {
    let token = key().sign(&Claims::User(user_claims()));
    assert_eq!(
        payload(&token),
        json!({
            "authTokenType": "accessToken", "userId": "u", "tokenVersionId": "s", "accessVersion": 2,
            "authMethod": "email", "iat": 1_700_000_000, "exp": 1_700_003_600,
        })
    );

    let token = key().sign(&Claims::Identity(identity_claims()));
    assert_eq!(
        payload(&token),
        json!({
            "authTokenType": "identityAccessToken", "identityId": "i", "clientSecretId": "c",
            "identityAccessTokenId": "a", "identityName": "ci", "authMethod": "universal-auth",
            "orgId": "o", "iat": 1_700_000_000,
        })
    );
    assert!(token.starts_with("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."));
}

#[test]
fn a_token_is_over_at_its_end_to_the_second() {
    let token = key().sign(&Claims::User(user_claims()));

    assert!(key().verify(&token, NOW.plus_seconds(HOUR - 1)).is_ok());
    assert_eq!(key().verify(&token, NOW.plus_seconds(HOUR)), Err(TokenError::Expired));
}

#[test]
fn a_token_without_an_end_does_not_expire() {
    let claims = Claims::Identity(identity_claims());
    let token = key().sign(&claims);

    assert_eq!(key().verify(&token, Timestamp::from_millis(i64::MAX)), Ok(claims));
}

#[test]
fn a_token_of_another_key_or_with_changed_claims_is_refused() {
    let token = key().sign(&Claims::User(user_claims()));
    let other = key().sign(&Claims::User(UserClaims { user_id: UserId::new("x"), ..user_claims() }));
    let (_, signature) = token.rsplit_once('.').unwrap();
    let (message, _) = other.rsplit_once('.').unwrap();

    let refused = Err(TokenError::InvalidSignature);
    assert_eq!(TokenKey::new(&[8; 32]).verify(&token, NOW), refused);
    assert_eq!(key().verify(&format!("{message}.{signature}"), NOW), refused);
    assert_eq!(key().verify(&format!("{message}."), NOW), refused);
}

#[test]
fn a_signature_is_checked_before_the_end_and_the_kind() {
    let expired = Claims::User(UserClaims { expires_at: 0, ..user_claims() });
    let foreign = TokenKey::new(&[8; 32]).sign(&expired);

    assert_eq!(key().verify(&foreign, NOW), Err(TokenError::InvalidSignature));
}

#[test]
fn other_algorithms_are_refused_even_when_signed_with_our_key() {
    let claims = Claims::User(user_claims());
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let token = encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
        assert_eq!(key().verify(&token, NOW), Err(TokenError::WrongAlgorithm), "{algorithm:?}");
    }
}

#[test]
fn unsigned_and_asymmetric_headers_are_refused() {
    let token = key().sign(&Claims::User(user_claims()));
    let (_, rest) = token.split_once('.').unwrap();
    let (claims, _) = rest.split_once('.').unwrap();
    let headers = [
        "eyJhbGciOiJub25lIn0",                 // {"alg":"none"}
        "eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0", // {"alg":"None","typ":"JWT"}
        "eyJhbGciOiJSUzI1NiJ9",                // {"alg":"RS256"}
        "eyJ0eXAiOiJKV1QifQ",                  // {"typ":"JWT"}
    ];
    for header in headers {
        for token in [format!("{header}.{claims}."), format!("{header}.{rest}")] {
            assert_eq!(key().verify(&token, NOW), Err(TokenError::WrongAlgorithm), "{header}");
        }
    }
}

#[test]
fn a_token_of_ours_that_is_no_access_token_is_refused() {
    for claims in [json!({"authTokenType": "refreshToken"}), json!({}), json!({"aud": "someone"}), json!(1)] {
        let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&[7; 32]));

        assert_eq!(key().verify(&token.unwrap(), NOW), Err(TokenError::UnknownKind), "{claims}");
    }
}

#[test]
fn text_that_is_no_token_is_malformed() {
    let token = key().sign(&Claims::User(user_claims()));
    let long = format!("{token}{}", "A".repeat(LENGTH_MAX));
    for text in ["", ".", "..", "a.b.c", "st.id.secret", &token[1..], &format!("{token}="), &long] {
        assert_eq!(key().verify(text, NOW), Err(TokenError::Malformed), "{text}");
    }
}

#[test]
fn the_signature_is_the_one_another_implementation_makes() {
    let token = key().sign(&Claims::User(user_claims()));

    assert!(token.ends_with(".NkzE-diPnWgcyuB07x80o_Pk26-rDarKYHefwVPJk6o"));
}

proptest! {
    #[test]
    fn any_claims_come_back_as_they_were(name: String, end: Option<i64>, organization: Option<String>) {
        let identity = IdentityClaims { identity_name: name, expires_at: end, ..identity_claims() };
        let organization_id = organization.map(OrganizationId::new);
        let user = UserClaims { organization_id, ..user_claims() };
        let before = Timestamp::from_millis(i64::MIN);
        for claims in [Claims::Identity(identity), Claims::User(user)] {
            let verified = key().verify(&key().sign(&claims), before);

            if claims.expires_at().is_none_or(|end| end > before.seconds()) {
                prop_assert_eq!(verified, Ok(claims));
            }
        }
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text: String) {
        prop_assert!(key().verify(&text, NOW).is_err());
    }

    #[test]
    fn a_token_with_a_changed_character_is_refused(at: prop::sample::Index, new in "[A-Za-z0-9_-]") {
        let token = key().sign(&Claims::User(user_claims()));
        let at = at.index(token.len());
        let changed = format!("{}{new}{}", &token[..at], &token[at + 1..]);

        prop_assert_eq!(changed == token, key().verify(&changed, NOW).is_ok());
    }
}
