//! Forgotten passwords.

use serde_json::{Value, json};
use tacit::app::password_reset;
use tacit_store::password_resets;

use crate::{
    harness::{Admin, Answer, TestServer, each_engine},
    mail::waiting,
    mail_server::{MailServer, Received, SITE, each_engine_with_mail, round},
};

const ASK: &str = "/api/v1/password/email/password-reset";
const VERIFY: &str = "/api/v1/password/email/password-reset-verify";
const RESET: &str = "/api/v2/password/password-reset";
const RESET_OF_OLD: &str = "/api/v1/password/password-reset";
const LOGIN: &str = "/api/v3/auth/login";
const ADA: &str = "ada@example.test";
const OLD: &str = "correct horse battery";
const NEW: &str = "staple of another kind";

async fn ask(server: &TestServer, email: &str) -> Answer {
    server.call("POST", ASK, None, Some(json!({ "email": email }))).await
}

async fn verify(server: &TestServer, email: &str, code: &str) -> Answer {
    server.call("POST", VERIFY, None, Some(json!({ "email": email, "code": code }))).await
}

async fn reset(server: &TestServer, token: &str, password: &str) -> Answer {
    server.call("POST", RESET, Some(token), Some(json!({ "newPassword": password }))).await
}

async fn log_in(server: &TestServer, password: &str) -> Answer {
    server.call("POST", LOGIN, None, Some(json!({ "email": ADA, "password": password }))).await
}

/// What the job does in each round.
async fn send(server: &TestServer) {
    password_reset::write_mails(&server.app).await.unwrap();
    round(server).await;
}

/// The code in the link of a mail.
fn code(mail: &Received) -> String {
    mail.link().split_once("#token=").unwrap().1.split('&').next().unwrap().to_owned()
}

/// Asks, and reads the code in the mail.
async fn mailed_code(server: &TestServer, mails: &MailServer) -> String {
    assert_eq!(ask(server, ADA).await.status, 200);
    send(server).await;
    code(&mails.take_one())
}

async fn token(server: &TestServer, code: &str) -> String {
    let verified = verify(server, ADA, code).await;
    assert_eq!(verified.status, 200, "{}", verified.text);
    verified.body["token"].as_str().unwrap().to_owned()
}

async fn is_in(admin: &Admin<'_>) -> bool {
    admin.call("GET", "/api/v2/users/me", None).await.status == 200
}

#[tokio::test]
async fn the_link_of_a_mail_sets_a_new_password_once_and_ends_all_sessions() {
    each_engine_with_mail(async |server, mails| {
        let ada = server.with_admin().await;
        assert_eq!(ask(server, " Ada@Example.test ").await.status, 200);
        assert!(mails.take().is_empty());
        send(server).await;
        let mail = mails.take_one();
        assert_eq!((mail.to.as_str(), mail.subject()), (ADA, "Set a new password for Tacit"));
        assert_eq!(mail.link(), format!("{SITE}/password-reset#token={}&to=ada%40example.test", code(&mail)));
        assert!(is_in(&ada).await);

        let verified = verify(server, ADA, &code(&mail)).await;
        assert_eq!((verified.status, &verified.body["user"]["email"]), (200, &json!(ADA)));
        assert_eq!(verified.body["userEncryptionVersion"], 2);
        assert_eq!(verify(server, ADA, &code(&mail)).await.status, 400);
        let token = verified.body["token"].as_str().unwrap();
        assert_eq!(reset(server, token, "short").await.status, 400);
        assert!(is_in(&ada).await && log_in(server, OLD).await.status == 200);
        let done = reset(server, token, NEW).await;

        assert_eq!(done.status, 200, "{}", done.text);
        assert!(done.cookie().is_none() && done.body["token"] == Value::Null);
        assert!(!is_in(&ada).await);
        assert_eq!((log_in(server, OLD).await.status, log_in(server, NEW).await.status), (401, 200));
        assert_eq!(reset(server, token, OLD).await.status, 400);
        let me = server.sign_in(ADA, NEW, &ada.organization_id).await;
        let me = server.call("GET", "/api/v2/users/me", Some(&me), None).await;
        assert_eq!(me.body["user"]["isEmailVerified"], true);
        for kind in ["request-password-reset", "verify-password-reset", "reset-password"] {
            assert!(server.has_event("", kind).await, "{kind}");
        }
        let events = format!("{:?}", server.events("").await);
        assert!(!events.contains(&code(&mail)) && !events.contains(token) && !events.contains(NEW));
        round(server).await;
        let notice = mails.take_one();
        assert_eq!((notice.to.as_str(), notice.subject()), (ADA, "Your password for Tacit was changed"));
    })
    .await;
}

#[tokio::test]
async fn who_asks_learns_nothing_of_accounts() {
    each_engine_with_mail(async |server, mails| {
        server.with_admin().await;
        let (known, unknown) = (ask(server, ADA).await, ask(server, "nobody@example.test").await);
        assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
        // Both are stored alike until a job looks.
        let mut db = server.app.database.read().await.unwrap();
        let rows = password_resets::list_pending(&mut db, 10).await.unwrap();
        drop(db);
        assert_eq!(rows.len(), 2);
        let facts =
            |row: &password_resets::PasswordResetRow| (row.requests, row.code_hash.clone(), row.tries_left);
        assert_eq!(facts(&rows[0]), facts(&rows[1]));

        send(server).await;
        assert_eq!(mails.take_one().to, ADA);
        let wrong = [
            verify(server, ADA, "wrong").await,
            verify(server, "nobody@example.test", "wrong").await,
            verify(server, "never@example.test", "wrong").await,
        ];
        for answer in &wrong {
            assert_eq!((answer.status, answer.without_request_id()), (400, wrong[0].without_request_id()));
        }
        for bad in ["", "nobody", "a b@c.d"] {
            assert_eq!(ask(server, bad).await.status, 422, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_ends_by_time_by_tries_and_by_the_next_one() {
    each_engine_with_mail(async |server, mails| {
        server.with_admin().await;
        let late = mailed_code(server, mails).await;
        server.clock.advance_seconds(30 * 60);
        assert_eq!(verify(server, ADA, &late).await.status, 400);

        let replaced = mailed_code(server, mails).await;
        let guessed = mailed_code(server, mails).await;
        assert_eq!(verify(server, ADA, &replaced).await.status, 400);
        for _ in 0..9 {
            assert_eq!(verify(server, ADA, "guess").await.status, 400);
        }
        assert_eq!(verify(server, ADA, &guessed).await.status, 400);

        let slow = token(server, &mailed_code(server, mails).await).await;
        server.clock.advance_seconds(15 * 60);
        assert_eq!(reset(server, &slow, NEW).await.status, 400);
        for nonsense in ["", "reset.", "reset.x.y", "nonsense", &slow.replace("reset.", "mfa.")] {
            assert_eq!(reset(server, nonsense, NEW).await.status, 400, "{nonsense}");
        }
        assert_eq!(server.call("POST", RESET, None, Some(json!({ "newPassword": NEW }))).await.status, 400);
        assert_eq!(log_in(server, OLD).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_mailed_more_than_five_links_an_hour() {
    each_engine_with_mail(async |server, mails| {
        server.with_admin().await;
        for _ in 0..7 {
            assert_eq!(ask(server, ADA).await.status, 200);
            send(server).await;
        }
        assert_eq!(mails.take().len(), 5);
        server.clock.advance_seconds(3_600);
        mailed_code(server, mails).await;
        // Requests that come before the job looks are one mail.
        ask(server, ADA).await;
        ask(server, ADA).await;
        send(server).await;
        assert_eq!(mails.take().len(), 1);
        server.clock.advance_seconds(3_601);
        password_reset::prune(&server.app).await.unwrap();
        let mut db = server.app.database.begin().await.unwrap();
        assert!(password_resets::take_try(&mut db, ADA).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_reset_ends_a_lock_and_leaves_the_second_factor() {
    each_engine_with_mail(async |server, mails| {
        let ada = server.with_admin().await;
        let register = "/api/v1/user/me/totp/register";
        let url = ada.ok("POST", register, None).await["otpUrl"].as_str().unwrap().to_owned();
        let app = crate::second_factor::scan(&url);
        let code = app.code_at(server.app.now());
        ada.ok("POST", "/api/v1/user/me/totp/verify", Some(json!({ "totp": *code }))).await;
        ada.ok("PATCH", "/api/v2/users/me/mfa", Some(json!({ "isMfaEnabled": true }))).await;
        for _ in 0..10 {
            log_in(server, "guess").await;
        }
        assert_eq!(log_in(server, OLD).await.status, 403);

        let token = token(server, &mailed_code(server, mails).await).await;
        assert_eq!(reset(server, &token, NEW).await.status, 200);

        let signed_in = log_in(server, NEW).await;
        assert_eq!(signed_in.status, 200);
        let select = json!({ "organizationId": ada.organization_id });
        let session = signed_in.body["accessToken"].as_str();
        let path = "/api/v3/auth/select-organization";
        let selected = server.call("POST", path, session, Some(select)).await;
        assert_eq!(selected.body["isMfaEnabled"], true, "{}", selected.text);
    })
    .await;
}

#[tokio::test]
async fn old_pages_set_a_password_too() {
    each_engine_with_mail(async |server, mails| {
        server.with_admin().await;
        let token = token(server, &mailed_code(server, mails).await).await;
        let body = json!({ "password": NEW, "protectedKey": "", "salt": "", "verifier": "" });

        let done = server.call("POST", RESET_OF_OLD, Some(&token), Some(body)).await;

        assert_eq!((done.status, log_in(server, NEW).await.status), (200, 200));
    })
    .await;
}

#[tokio::test]
async fn somebody_who_was_only_invited_gets_no_account_by_it() {
    each_engine_with_mail(async |server, mails| {
        let ada = server.with_admin().await;
        let invited = json!({ "inviteeEmails": ["bob@example.test"], "organizationId": ada.organization_id });
        ada.ok("POST", "/api/v1/invite-org/signup", Some(invited)).await;
        send(server).await;
        mails.take_one();

        assert_eq!(ask(server, "bob@example.test").await.status, 200);
        send(server).await;

        assert!(mails.take().is_empty() && waiting(server).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_server_everybody_hears_so_and_the_operator_makes_the_link() {
    each_engine(async |server| {
        let ada = server.with_admin().await;
        let (known, unknown) = (ask(server, ADA).await, ask(server, "nobody@example.test").await);
        assert_eq!(known.status, 400);
        assert_eq!(known.without_request_id(), unknown.without_request_id());

        let client = tacit::app::Client { ip: [127, 0, 0, 1].into(), user_agent: "".into() };
        let make =
            async |email: &str| password_reset::link_for_operator(&server.app, &client, email, SITE).await;
        assert!(make("nobody@example.test").await.is_err());
        let link = make(ADA).await.unwrap();
        let code = link.split_once("#token=").unwrap().1.split('&').next().unwrap();
        let token = token(server, code).await;
        assert_eq!(reset(server, &token, NEW).await.status, 200);

        assert!(!is_in(&ada).await);
        let me = server.sign_in(ADA, NEW, &ada.organization_id).await;
        let me = server.call("GET", "/api/v2/users/me", Some(&me), None).await;
        // The operator had the link, so nothing shows that mail reaches Ada.
        assert_eq!(me.body["user"]["isEmailVerified"], false);
        assert!(server.has_event("", "create-password-reset-link").await);
    })
    .await;
}
