//! Invitations by mail.

use serde_json::{Value, json};
use tacit_store::mails::{self, MailRow};

use crate::{
    harness_projects::{Actor, Organization, organization},
    invitations::{BOB, INVITE, PASSWORD, RESEND, complete, member, offer, path, verify},
    mail::waiting,
    mail_server::{Received, SITE, each_engine_with_mail, round},
};

/// The code in the link of a mail.
fn code(mail: &Received) -> String {
    mail.link().split_once("token=").unwrap().1.split('&').next().unwrap().to_owned()
}

async fn resend(by: &Actor<'_>, acme: &Organization<'_>, email: &str) -> (u16, Value) {
    let body = json!({ "membershipId": member(by, acme, email).await["id"] });
    let answer = by.call("POST", RESEND, Some(body)).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn the_link_goes_by_mail_to_the_invited_person_and_to_nobody_else() {
    each_engine_with_mail(async |server, mails| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;

        let answer = ada.ok("POST", INVITE, Some(offer(&acme, BOB, "member"))).await;

        assert_eq!(answer["completeInviteLinks"], Value::Null);
        assert_eq!(answer["mailedTo"], json!([BOB]));
        assert!(mails.take().is_empty(), "a request waited for the mail server");
        round(server).await;
        let mail = mails.take_one();
        assert_eq!((mail.to.as_str(), mail.subject()), (BOB, "You are invited to an organization on Tacit"));
        assert!(mail.text().contains("ada@example.test invites you"), "{}", mail.text());
        assert!(!answer.to_string().contains(&code(&mail)));
        let link = format!(
            "{SITE}/signupinvite?token={}&to=bob%40example.test&organization_id={}",
            code(&mail),
            acme.id
        );
        assert_eq!(mail.link(), link);
        round(server).await;
        assert!(mails.take().is_empty() && waiting(server).await.is_empty());

        assert_eq!(verify(server, &acme, BOB, &code(&mail)).await.status, 200);
        assert_eq!(complete(server, BOB, &code(&mail)).await.status, 200);
        // Who has the code reads mail to the address.
        assert_eq!(member(&ada, &acme, BOB).await["user"]["isEmailVerified"], true);
        let again = ada.ok("POST", INVITE, Some(offer(&acme, BOB, "member"))).await;
        assert_eq!(again["mailedTo"], json!([]));
        let events = format!("{:?}", server.events(acme.id.as_str()).await);
        assert!(!events.contains(&code(&mail)));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_sent_again_with_a_new_code_but_not_again_and_again() {
    each_engine_with_mail(async |server, mails| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        ada.ok("POST", INVITE, Some(offer(&acme, BOB, "member"))).await;
        round(server).await;
        let first = code(&mails.take_one());

        assert_eq!(resend(&ada, &acme, BOB).await.0, 400);
        assert_eq!(ada.status("POST", INVITE, Some(offer(&acme, BOB, "member"))).await, 400);
        server.clock.advance_seconds(60);
        let (status, body) = resend(&ada, &acme, BOB).await;

        assert_eq!((status, &body["signupToken"]), (200, &Value::Null));
        round(server).await;
        let second = code(&mails.take_one());
        assert_eq!(verify(server, &acme, BOB, &first).await.status, 400);
        assert_eq!(verify(server, &acme, BOB, &second).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_waits_for_the_mail_server_and_is_encrypted_meanwhile() {
    each_engine_with_mail(async |server, mails| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        mails.will_answer(&["451 not now", "535 who are you"]);
        ada.ok("POST", INVITE, Some(offer(&acme, BOB, "member"))).await;
        for row in waiting(server).await {
            let text = String::from_utf8_lossy(&row.text_ciphertext.0).into_owned();
            assert!(!text.contains("signupinvite"));
        }

        round(server).await;
        round(server).await;
        assert!(mails.take().is_empty());
        server.clock.advance_seconds(15);
        round(server).await;
        assert!(mails.take().is_empty());
        server.clock.advance_seconds(30);
        round(server).await;

        let mail = mails.take_one();
        assert_eq!(complete(server, BOB, &code(&mail)).await.status, 200);
        assert!(waiting(server).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_mail_to_an_unknown_mailbox_is_given_up_and_one_of_no_use_is_not_sent() {
    each_engine_with_mail(async |server, mails| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        mails.will_answer(&["550 nobody"]);
        ada.ok("POST", INVITE, Some(offer(&acme, BOB, "member"))).await;
        round(server).await;
        assert!(waiting(server).await.is_empty());

        ada.ok("POST", INVITE, Some(offer(&acme, "carol@example.test", "member"))).await;
        server.clock.advance_seconds(7 * 24 * 3_600);
        round(server).await;
        tacit::app::mail::deliver::prune(&server.app).await.unwrap();

        assert!(mails.take().is_empty());
        assert_eq!(mails::count(&mut acme.db().await).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn two_servers_send_a_mail_once() {
    each_engine_with_mail(async |server, mails| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        for number in 0..6 {
            let email = format!("person-{number}@example.test");
            ada.ok("POST", INVITE, Some(offer(&acme, &email, "member"))).await;
        }

        for _ in 0..3 {
            tokio::join!(round(server), round(server));
        }

        let mut sent: Vec<String> = mails.take().into_iter().map(|mail| mail.to).collect();
        sent.sort_unstable();
        assert_eq!(sent, (0..6).map(|number| format!("person-{number}@example.test")).collect::<Vec<_>>());
        let left: Vec<MailRow> = waiting(server).await;
        assert!(left.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_invitation_is_of_no_use() {
    each_engine_with_mail(async |server, mails| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        ada.ok("POST", INVITE, Some(offer(&acme, BOB, "member"))).await;
        round(server).await;
        let code = code(&mails.take_one());

        let of_bob = path(&ada, &acme, BOB).await;
        ada.ok("DELETE", &of_bob, None).await;

        assert_eq!(complete(server, BOB, &code).await.status, 400);
        let body = json!({ "email": BOB, "password": PASSWORD });
        assert_eq!(server.call("POST", "/api/v3/auth/login", None, Some(body)).await.status, 401);
    })
    .await;
}
