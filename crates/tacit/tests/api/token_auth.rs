//! Token Auth: its settings and the tokens people make.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, each_engine},
    harness_identities::{audit_text, slug, status_with},
};

/// An identity without any auth method; returns the path of its Token Auth.
async fn bare_identity(admin: &Admin<'_>, role: &str) -> String {
    let body = json!({ "name": "bare", "organizationId": admin.organization_id, "role": role });
    let body = admin.ok("POST", "/api/v1/identities", Some(body)).await;
    format!("/api/v1/auth/token-auth/identities/{}", body["identity"]["id"].as_str().unwrap())
}

async fn token(admin: &Admin<'_>, path: &str, body: Value) -> (String, Value) {
    let body = admin.ok("POST", &format!("{path}/tokens"), Some(body)).await;
    (body["accessToken"].as_str().unwrap().to_owned(), body)
}

#[tokio::test]
async fn it_is_attached_with_defaults_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = bare_identity(&admin, "no-access").await;
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(admin.call(method, &path, Some(json!({}))).await.status, 404, "{method}");
        }
        assert_eq!(admin.call("POST", &format!("{path}/tokens"), Some(json!({}))).await.status, 404);
        assert_eq!(admin.call("GET", &format!("{path}/tokens"), None).await.status, 404);

        let made = admin.ok("POST", &path, Some(json!({}))).await["identityTokenAuth"].clone();
        assert_eq!(made["accessTokenTTL"], 2_592_000);
        assert_eq!(made["accessTokenMaxTTL"], 2_592_000);
        assert_eq!(made["accessTokenNumUsesLimit"], 0);
        assert_eq!(made["accessTokenTrustedIps"][1]["ipAddress"], "::");
        assert_eq!(admin.call("POST", &path, Some(json!({}))).await.status, 400);
        for (body, status) in [
            (json!({ "accessTokenTTL": 2_592_001 }), 400),
            (json!({ "accessTokenTTL": -1 }), 422),
            (json!({ "accessTokenTrustedIps": [{ "ipAddress": "x" }] }), 400),
        ] {
            assert_eq!(admin.call("PATCH", &path, Some(body)).await.status, status);
        }
        let changed = admin.ok("PATCH", &path, Some(json!({ "accessTokenTTL": 60 }))).await;
        assert_eq!(changed["identityTokenAuth"]["accessTokenTTL"], 60);
        assert_eq!(admin.ok("GET", &path, None).await, changed);

        let (token, _) = token(&admin, &path, json!({})).await;
        assert_eq!(status_with(server, &token).await, 200);
        assert_eq!(admin.ok("DELETE", &path, None).await, changed);
        assert_eq!(status_with(server, &token).await, 401);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_made_listed_renamed_and_revoked() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = bare_identity(&admin, "no-access").await;
        admin.ok("POST", &path, Some(json!({ "accessTokenNumUsesLimit": 5 }))).await;

        let (text, made) = token(&admin, &path, json!({ "name": "laptop" })).await;
        server.clock.advance_seconds(1);
        let (_, second) = token(&admin, &path, json!({})).await;
        assert_eq!(made["expiresIn"], 2_592_000);
        assert_eq!(made["tokenType"], "Bearer");
        let data = made["tokenData"].clone();
        assert_eq!(data["name"], "laptop");
        assert_eq!(data["authMethod"], "token-auth");
        assert_eq!(data["accessTokenNumUsesLimit"], 5);
        assert_eq!(data["accessTokenLastUsedAt"], Value::Null);
        assert_eq!(data["identityUAClientSecretId"], Value::Null);
        assert_eq!(second["tokenData"]["name"], Value::Null);

        let id = data["id"].as_str().unwrap();
        let one = format!("/api/v1/auth/token-auth/tokens/{id}");
        assert_eq!(admin.ok("GET", &one, None).await["token"], data);
        assert_eq!(admin.ok("GET", &format!("{path}/tokens/{id}"), None).await["token"], data);
        let list = admin.ok("GET", &format!("{path}/tokens"), None).await;
        assert_eq!(list["tokens"], json!([second["tokenData"], data]));
        let page = admin.ok("GET", &format!("{path}/tokens?offset=1&limit=1"), None).await;
        assert_eq!(page["tokens"], json!([data]));
        assert_eq!(admin.call("GET", &format!("{path}/tokens?limit=101"), None).await.status, 422);

        let renamed = admin.ok("PATCH", &one, Some(json!({ "name": "desktop" }))).await;
        assert_eq!(renamed["token"]["name"], "desktop");
        assert_eq!(admin.ok("PATCH", &one, Some(json!({}))).await, renamed);
        assert_eq!(
            admin.ok("PATCH", &one, Some(json!({ "name": null }))).await["token"]["name"],
            Value::Null
        );

        assert_eq!(status_with(server, &text).await, 200);
        admin.ok("POST", &format!("{one}/revoke"), None).await;
        assert_eq!(status_with(server, &text).await, 401);
        assert_eq!(admin.ok("GET", &one, None).await["token"]["isAccessTokenRevoked"], true);
        let audit = audit_text(&admin).await;
        assert!(audit.contains("create-token-identity-token-auth"));
        assert!(!audit.contains(text.rsplit('.').next().unwrap()));
    })
    .await;
}

#[tokio::test]
async fn a_token_of_another_identity_or_method_is_not_found_here() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (one, other) =
            (bare_identity(&admin, "no-access").await, bare_identity(&admin, "no-access").await);
        for path in [&one, &other] {
            admin.ok("POST", path, Some(json!({}))).await;
        }
        let (_, made) = token(&admin, &one, json!({})).await;
        let id = made["tokenData"]["id"].as_str().unwrap();

        assert_eq!(admin.call("GET", &format!("{one}/tokens/{id}"), None).await.status, 200);
        assert_eq!(admin.call("GET", &format!("{other}/tokens/{id}"), None).await.status, 404);
        assert_eq!(admin.ok("GET", &format!("{other}/tokens"), None).await, json!({ "tokens": [] }));
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_or_touches_tokens_above_their_rights() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (small, great) = (bare_identity(&admin, "member").await, bare_identity(&admin, "admin").await);
        for path in [&small, &great] {
            admin.ok("POST", path, Some(json!({}))).await;
        }
        let (member, _) = token(&admin, &small, json!({})).await;
        let (_, made) = token(&admin, &great, json!({})).await;
        let of_admin =
            format!("/api/v1/auth/token-auth/tokens/{}", made["tokenData"]["id"].as_str().unwrap());

        for (method, path, status) in [
            ("POST", format!("{great}/tokens"), 403),
            ("PATCH", great.clone(), 403),
            ("DELETE", great.clone(), 403),
            ("PATCH", of_admin.clone(), 403),
            ("POST", format!("{of_admin}/revoke"), 403),
            ("GET", of_admin.clone(), 200),
            ("POST", format!("{small}/tokens"), 200),
        ] {
            let answer = server.call(method, &path, Some(&member), Some(json!({}))).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn an_organization_can_be_named_and_must_be_the_own() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        server.second_organization().await;
        let path = bare_identity(&admin, "no-access").await;
        admin.ok("POST", &path, Some(json!({}))).await;
        let own = slug(&admin).await;
        for (slug, status) in [(own.as_str(), 200), ("nobody", 404), ("evil", 401)] {
            let body = json!({ "organizationSlug": slug });
            assert_eq!(admin.call("POST", &format!("{path}/tokens"), Some(body)).await.status, status);
        }
    })
    .await;
}
