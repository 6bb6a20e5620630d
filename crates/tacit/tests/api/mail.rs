//! Mails: the way to the mail server, trying again, giving up, and what is kept meanwhile.

use serde_json::json;
use tacit::app::mail::{Encryption, MailError, Mailer, SmtpServer};
use tacit_core::time::Timestamp;
use tacit_store::mails::{self, MailRow};

use crate::{
    harness::{TestServer, each_engine},
    mail_server::{MailServer, each_engine_with_mail, start},
};

const TEST: &str = "/api/ui/v1/mail/test";

/// A server on SQLite that sends by `mailer`.
async fn sqlite(mailer: Option<Mailer>) -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let database = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    start(&database, folder, mailer).await
}

/// What the administrator hears of a test mail.
async fn tested(server: &TestServer) -> (u16, String) {
    let admin = server.with_admin().await;
    let answer = admin.call("POST", TEST, None).await;
    (answer.status, answer.text)
}

pub async fn waiting(server: &TestServer) -> Vec<MailRow> {
    let mut db = server.app.database.read().await.unwrap();
    mails::list_due(&mut db, Timestamp::from_millis(i64::MAX / 2), 100).await.unwrap()
}

#[tokio::test]
async fn a_test_mail_goes_to_the_administrator_who_asks() {
    each_engine_with_mail(async |server, mails| {
        let admin = server.with_admin().await;

        let answer = admin.ok("POST", TEST, None).await;

        assert_eq!(answer, json!({ "email": "ada@example.test" }));
        let mail = mails.take_one();
        assert_eq!((mail.to.as_str(), mail.subject()), ("ada@example.test", "Test mail from Tacit"));
        assert!(mail.data.contains("From: Tacit <tacit@example.test>\r\n"), "{}", mail.data);
        assert!(mail.data.contains("Date: Sat, 31 Jan 2026 12:00:00 +0000\r\n"), "{}", mail.data);
        assert!(mail.data.contains("Auto-Submitted: auto-generated\r\n"));
        assert!(server.has_event(&admin.organization_id, "send-test-mail").await);
        let machine = server.call("POST", TEST, Some(&admin.identity_token), None).await;
        assert_eq!(machine.status, 403);
        let other = server.second_organization().await;
        assert_eq!(other.call("POST", TEST, None).await.status, 403);
        assert_eq!(server.get("/api/status").await.body["emailConfigured"], true);
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_server_none_is_sent() {
    each_engine(async |server| {
        let (status, text) = tested(server).await;

        assert_eq!(status, 400);
        assert!(text.contains("no mail server is set"), "{text}");
        assert_eq!(server.get("/api/status").await.body["emailConfigured"], false);
    })
    .await;
}

#[tokio::test]
async fn mail_goes_under_tls_to_a_server_with_a_trusted_certificate_of_its_name_and_to_no_other() {
    for encryption in [Encryption::Implicit, Encryption::StartTls] {
        let mails = MailServer::protected(encryption);
        let settings = mails.settings_with_password();
        let pem = mails.certificate.as_bytes();

        let (status, text) = tested(&sqlite(Mailer::trusting(settings.clone(), pem)).await).await;

        assert_eq!(status, 200, "{text}");
        let mail = mails.take_one();
        // tacit and hunter2, as RFC 4616 writes them.
        assert_eq!((mail.is_tls, mail.credentials.as_deref()), (true, Some("AHRhY2l0AGh1bnRlcjI=")));

        let refused = MailError::Tls.to_string();
        let (status, text) = tested(&sqlite(Mailer::new(settings.clone())).await).await;
        assert!(status == 400 && text.contains(&refused), "{text}");
        let named = SmtpServer { host: "localhost".to_owned(), ..settings };
        let (status, text) = tested(&sqlite(Mailer::trusting(named, pem)).await).await;
        assert!(status == 400 && text.contains(&refused), "{text}");
        assert!(mails.take().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_offers_no_starttls_gets_nothing() {
    let mails = MailServer::start();
    let settings = SmtpServer { encryption: Encryption::StartTls, ..mails.settings_with_password() };

    let (status, text) = tested(&sqlite(Mailer::new(settings)).await).await;

    assert!(status == 400 && text.contains("does not offer STARTTLS"), "{text}");
    assert!(mails.take().is_empty());
}

#[tokio::test]
async fn what_a_refusing_or_missing_server_says_is_told_without_names() {
    let mails = MailServer::start();
    mails.will_answer(&["451 canary"]);
    let (status, text) = tested(&sqlite(Mailer::new(mails.settings())).await).await;
    assert!(status == 400 && text.contains("code 451") && !text.contains("canary"), "{text}");
    let gone = SmtpServer { port: 1, ..mails.settings() };
    let (status, text) = tested(&sqlite(Mailer::new(gone)).await).await;
    assert!(status == 400 && text.contains("cannot be reached"), "{text}");
}
