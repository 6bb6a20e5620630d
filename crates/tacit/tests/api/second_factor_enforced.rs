//! Organizations that ask for a second factor: nobody is in without it, and nobody is locked out.

use serde_json::{Value, json};
use tacit_store::audit_events::AuditEventRow;

use crate::{
    harness::{Admin, Answer, TestServer, each_engine},
    harness_passkeys::{Authenticator, Carol, EMAIL, PASSWORD, call, challenge, created, login, new_passkey},
};

/// Makes the organization ask, as a machine does: that shuts nobody out who would have to undo it.
async fn enforce(admin: &Admin<'_>, method: Value) -> Answer {
    let path = format!("/api/v1/organization/{}", admin.organization_id);
    let body = json!({ "enforceMfa": true, "selectedMfaMethod": method });
    let answer = admin.server.call("PATCH", &path, Some(&admin.identity_token), Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn refresh(server: &TestServer, cookie: &str) -> Answer {
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/v1/auth/token")
        .header("host", "127.0.0.1:8080")
        .header("cookie", cookie);
    server.send(request.body(axum::body::Body::empty()).unwrap()).await
}

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_without_a_second_factor_sets_one_up_and_is_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        let inside = carol.select(&carol.login).await;
        let (cookie, inside) = (inside.cookie().unwrap(), token(&inside));
        assert_eq!(carol.projects(&inside).await, 200);
        let changed = enforce(&admin, Value::Null).await;
        assert_eq!(changed.body["organization"]["enforceMfa"], true);
        assert_eq!(changed.body["organization"]["selectedMfaMethod"], Value::Null);

        // The session that was there is out with the next request, and does not come back by its cookie.
        assert_eq!(carol.projects(&inside).await, 401);
        let renewed = refresh(server, &cookie).await;
        assert_eq!(renewed.body["organizationId"], Value::Null, "{}", renewed.text);
        let renewed = token(&renewed);
        assert_eq!(carol.projects(&renewed).await, 401);

        // It is told what to do, does it, and is in.
        let refused = carol.select(&renewed).await;
        let context = json!({ "code": "mfa_setup_required", "mfaMethods": ["totp", "webauthn"] });
        assert_eq!((refused.status, &refused.body["context"]), (403, &context), "{}", refused.text);
        assert_eq!(carol.add(&renewed, &new_passkey()).await.status, 200);
        assert_eq!(carol.projects(&token(&carol.select(&renewed).await)).await, 200);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_turned_it_off_is_asked_all_the_same() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _) = Carol::with_passkey(&admin).await;
        let off = Some(json!({ "isMfaEnabled": false }));
        let answer = server.call("PATCH", "/api/v2/users/me/mfa", Some(&carol.login), off.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let inside = token(&carol.select(&login(server).await).await);
        enforce(&admin, Value::Null).await;

        assert_eq!(carol.projects(&inside).await, 401);
        // Her password alone adds nothing that would count.
        assert_eq!(carol.add(&login(server).await, &new_passkey()).await.status, 403);
        let asked = carol.asked().await;
        let inside = token(&carol.give(&asked, &mut passkey).await);
        assert_eq!(carol.projects(&inside).await, 200);
        assert_eq!(server.call("PATCH", "/api/v2/users/me/mfa", Some(&inside), off).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn the_last_factor_stays_while_an_organization_asks_for_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, _, _) = Carol::with_passkey(&admin).await;
        let inside = token(&carol.select(&carol.login).await);
        assert_eq!(carol.add(&inside, &new_passkey()).await.status, 200);
        enforce(&admin, json!("webauthn")).await;
        let listed = call(server, "GET", "/api/ui/v1/me/passkeys", Some(&inside), None).await;
        let ids: Vec<_> =
            listed.body["passkeys"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        for (id, status) in ids.iter().zip([200, 400]) {
            let path = format!("/api/ui/v1/me/passkeys/{}", id.as_str().unwrap());
            let answer = call(server, "DELETE", &path, Some(&inside), Some(json!({}))).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }
        assert_eq!(carol.projects(&inside).await, 200);
    })
    .await;
}

#[tokio::test]
async fn an_organization_can_ask_for_passkeys_and_take_nothing_else() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let carol = Carol::new(&admin).await;
        let app = set_up_app(server, &carol.login).await;
        let with_code = token(&carol.select(&carol.login).await);
        let changed = enforce(&admin, json!("webauthn")).await;
        assert_eq!(changed.body["organization"]["selectedMfaMethod"], "webauthn");
        assert_eq!(carol.projects(&with_code).await, 401);

        // Somebody with an app alone gives its code and hears that it is not enough.
        server.clock.advance_seconds(60);
        let fresh = login(server).await;
        let asked = carol.select(&fresh).await;
        assert_eq!(asked.body["mfaMethods"], json!(["totp"]), "{}", asked.text);
        let body = json!({ "mfaToken": *app.code_at(server.app.now()) });
        let answer = server
            .call("POST", "/api/v2/auth/mfa/verify", Some(asked.body["token"].as_str().unwrap()), Some(body))
            .await;
        let context = json!({ "code": "mfa_setup_required", "mfaMethods": ["webauthn"] });
        assert_eq!((answer.status, &answer.body["context"]), (403, &context), "{}", answer.text);
        assert_eq!(carol.select(&fresh).await.body["context"], context);

        // The code let her near adding a passkey, which she then gives.
        let mut passkey = new_passkey();
        assert_eq!(carol.add(&fresh, &passkey).await.status, 200);
        let asked = carol.select(&fresh).await;
        assert_eq!(asked.body["mfaMethods"], json!(["webauthn"]), "{}", asked.text);
        let inside = carol.give(asked.body["token"].as_str().unwrap(), &mut passkey).await;
        assert_eq!(carol.projects(&token(&inside)).await, 200);
        // A code alone is no way around.
        server.clock.advance_seconds(60);
        let asked = carol.asked().await;
        let body = json!({ "mfaToken": *app.code_at(server.app.now()) });
        let answer = server.call("POST", "/api/v2/auth/mfa/verify", Some(&asked), Some(body)).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
    })
    .await;
}

async fn set_up_app(server: &TestServer, login: &str) -> tacit_core::totp::TotpSecret {
    let answer = server.call("POST", "/api/v1/user/me/totp/register", Some(login), Some(json!({}))).await;
    let app = crate::second_factor::scan(answer.body["otpUrl"].as_str().unwrap());
    let body = json!({ "totp": *app.code_at(server.app.now()) });
    let answer = server.call("POST", "/api/v1/user/me/totp/verify", Some(login), Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    app
}

#[tokio::test]
async fn nobody_asks_others_for_what_they_did_not_give() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = format!("/api/v1/organization/{}", admin.organization_id);
        let set = async |token: &str, body: Value| server.call("PATCH", &path, Some(token), Some(body)).await;
        assert_eq!(set(&admin.token, json!({ "enforceMfa": true })).await.status, 400);
        set_up_app(server, &admin.token).await;
        for method in ["email", "", "sms"] {
            let answer = set(&admin.token, json!({ "selectedMfaMethod": method })).await;
            assert_eq!(answer.status, 400, "{method}");
        }
        let passkeys = json!({ "enforceMfa": true, "selectedMfaMethod": "webauthn" });
        assert_eq!(set(&admin.token, passkeys).await.status, 400);
        let any = set(&admin.token, json!({ "enforceMfa": true })).await;
        assert_eq!(any.body["organization"]["enforceMfa"], true, "{}", any.text);
        assert_eq!(set(&admin.token, json!({ "selectedMfaMethod": "webauthn" })).await.status, 400);
        let app = set(&admin.token, json!({ "selectedMfaMethod": "totp" })).await;
        assert_eq!(app.body["organization"]["selectedMfaMethod"], "totp", "{}", app.text);
        assert_eq!(set(&admin.token, json!({ "name": "Acme 2" })).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_no_way_around() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let body = json!({ "inviteeEmails": [EMAIL], "organizationId": admin.organization_id });
        let invited = admin.ok("POST", "/api/v1/invite-org/signup", Some(body)).await;
        let link = invited["completeInviteLinks"][0]["link"].as_str().unwrap().to_owned();
        let code = link.split_once("token=").unwrap().1.split('&').next().unwrap();
        enforce(&admin, json!("webauthn")).await;

        let body = json!({ "email": EMAIL, "password": PASSWORD, "firstName": "Carol" });
        let path = "/api/v3/signup/complete-account/invite";
        let joined = token(&server.call("POST", path, Some(code), Some(body)).await);
        assert_eq!(server.call("GET", "/api/v1/workspace", Some(&joined), None).await.status, 401);
        let body = Some(json!({ "organizationId": admin.organization_id }));
        let select = "/api/v3/auth/select-organization";
        let refused = server.call("POST", select, Some(&joined), body.clone()).await;
        assert_eq!(refused.body["context"]["mfaMethods"], json!(["webauthn"]), "{}", refused.text);

        let options =
            call(server, "POST", "/api/ui/v1/me/passkeys/options", Some(&joined), Some(json!({}))).await;
        let credential = created(&new_passkey(), &challenge(&options));
        let add = Some(json!({ "name": "Laptop", "credential": credential }));
        assert_eq!(call(server, "POST", "/api/ui/v1/me/passkeys", Some(&joined), add).await.status, 200);
        let inside = token(&server.call("POST", select, Some(&joined), body).await);
        assert_eq!(server.call("GET", "/api/v1/workspace", Some(&inside), None).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_alone_enters_an_organization_that_asks() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _) = Carol::with_passkey(&admin).await;
        enforce(&admin, json!("webauthn")).await;
        let answer = carol.sign_in_without_password(&mut passkey).await;
        let selected = carol.select(answer.body["accessToken"].as_str().unwrap()).await;
        assert_eq!(carol.projects(&token(&selected)).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_lost_second_factor_is_taken_away_by_an_administrator_of_the_instance() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, codes) = Carol::with_passkey(&admin).await;
        set_up_app(server, &carol.login).await;
        let inside = token(&carol.select(&carol.login).await);
        let path = format!("/api/ui/v1/admin/users/{}/second-factor", carol.user);
        assert_eq!(call(server, "DELETE", &path, Some(&inside), None).await.status, 403);
        let unknown = "/api/ui/v1/admin/users/nobody/second-factor";
        assert_eq!(call(server, "DELETE", unknown, Some(&admin.token), None).await.status, 404);
        let answer = call(server, "DELETE", &path, Some(&admin.token), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);

        assert_eq!(carol.projects(&inside).await, 401);
        assert_eq!(carol.sign_in_without_password(&mut passkey).await.status, 401);
        let fresh = login(server).await;
        assert_eq!(carol.select(&fresh).await.body["isMfaEnabled"], false);
        let left = call(server, "GET", "/api/v1/user/me/totp", Some(&fresh), None).await;
        assert_eq!(left.body["recoveryCodesLeft"], 0);
        let events = server.events(&admin.organization_id).await;
        // The refusal from before is there too, and its place in the log is not certain.
        let is_reset = |event: &AuditEventRow| {
            event.event_type == "reset-user-second-factor" && event.result == "allowed"
        };
        let event = events.iter().find(|event| is_reset(event)).unwrap();
        assert!(event.metadata.contains(EMAIL) && !event.metadata.contains(&codes[0]));
    })
    .await;
}

/// Whatever was given before the password changed hands stays with its own session.
#[tokio::test]
async fn a_second_factor_counts_in_its_own_session_only() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (carol, mut passkey, _): (_, Authenticator, _) = Carol::with_passkey(&admin).await;
        enforce(&admin, Value::Null).await;
        let asked = carol.asked().await;
        assert_eq!(carol.give(&asked, &mut passkey).await.status, 200);
        let other = login(server).await;
        assert_eq!(carol.select(&other).await.body["isMfaEnabled"], true);
        let body = json!({ "oldPassword": PASSWORD, "newPassword": "another password of hers" });
        let path = "/api/v2/password/user/password-reset";
        assert_eq!(server.call("POST", path, Some(&other), Some(body)).await.status, 403);
    })
    .await;
}
