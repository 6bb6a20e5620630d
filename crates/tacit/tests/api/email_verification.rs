//! Showing that one reads mail to one's address.

use serde_json::{Value, json};
use tacit::app::email_verification;

use crate::{
    harness::{Admin, each_engine},
    mail_server::{MailServer, each_engine_with_mail, round},
};

const CODE: &str = "/api/v2/users/me/emails/code";
const VERIFY: &str = "/api/v2/users/me/emails/verify";
const ADA: &str = "ada@example.test";

async fn ask(ada: &Admin<'_>) -> u16 {
    ada.call("POST", CODE, Some(json!({ "username": ADA }))).await.status
}

async fn verify(ada: &Admin<'_>, code: &str) -> u16 {
    ada.call("POST", VERIFY, Some(json!({ "username": ADA, "code": code }))).await.status
}

async fn is_verified(ada: &Admin<'_>) -> Value {
    ada.ok("GET", "/api/v2/users/me", None).await["user"]["isEmailVerified"].clone()
}

/// Asks, and reads the code in the mail.
async fn mailed_code(ada: &Admin<'_>, mails: &MailServer) -> String {
    assert_eq!(ask(ada).await, 200);
    round(ada.server).await;
    let text = mails.take_one().text();
    let code = text.strip_prefix("Your code is ").unwrap().lines().next().unwrap().to_owned();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    code
}

#[tokio::test]
async fn the_code_of_a_mail_verifies_the_address_once() {
    each_engine_with_mail(async |server, mails| {
        let ada = server.with_admin().await;
        assert_eq!(is_verified(&ada).await, false);
        let code = mailed_code(&ada, mails).await;
        let eve = server.second_organization().await;
        let of_ada = json!({ "username": ADA, "code": code });
        assert_eq!(eve.call("POST", VERIFY, Some(of_ada)).await.status, 400);
        assert_eq!(eve.call("POST", CODE, Some(json!({ "username": ADA }))).await.status, 400);

        assert_eq!(verify(&ada, &code).await, 200);

        assert_eq!(is_verified(&ada).await, true);
        assert_eq!((verify(&ada, &code).await, ask(&ada).await), (400, 400));
        for kind in ["send-email-verification-code", "verify-email"] {
            assert!(server.has_event(&ada.organization_id, kind).await, "{kind}");
        }
        assert!(!format!("{:?}", server.events(&ada.organization_id).await).contains(&code));
    })
    .await;
}

#[tokio::test]
async fn few_codes_can_be_tried_and_few_asked_for() {
    each_engine_with_mail(async |server, mails| {
        let ada = server.with_admin().await;
        let late = mailed_code(&ada, mails).await;
        server.clock.advance_seconds(15 * 60);
        assert_eq!(verify(&ada, &late).await, 400);
        let guessed = mailed_code(&ada, mails).await;
        let wrong = if guessed == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(verify(&ada, wrong).await, 400);
        }
        assert_eq!(verify(&ada, &guessed).await, 400);
        for _ in 0..3 {
            mailed_code(&ada, mails).await;
        }
        assert_eq!(ask(&ada).await, 429);
        server.clock.advance_seconds(3_600);
        email_verification::prune(&server.app).await.unwrap();

        let code = mailed_code(&ada, mails).await;
        assert_eq!(verify(&ada, &code).await, 200);
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_server_no_address_is_verified() {
    each_engine(async |server| {
        let ada = server.with_admin().await;

        assert_eq!((ask(&ada).await, verify(&ada, "000000").await), (400, 400));
        assert_eq!(is_verified(&ada).await, false);
    })
    .await;
}
