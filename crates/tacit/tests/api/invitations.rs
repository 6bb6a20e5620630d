//! Inviting people, accepting, and taking people out again.

use serde_json::{Value, json};
use tacit_store::users;

use crate::{
    harness::{Answer, TestServer, each_engine},
    harness_projects::{Actor, Organization, id, organization},
    roles::{make_secret, read_status},
};

pub const INVITE: &str = "/api/v1/invite-org/signup";
pub const RESEND: &str = "/api/v1/invite-org/signup-resend";
const VERIFY: &str = "/api/v1/invite-org/verify";
const COMPLETE: &str = "/api/v3/signup/complete-account/invite";
pub const BOB: &str = "bob@example.test";
pub const PASSWORD: &str = "correct horse battery";

pub fn offer(acme: &Organization<'_>, email: &str, role: &str) -> Value {
    json!({ "inviteeEmails": [email], "organizationId": acme.id, "organizationRoleSlug": role })
}

/// The code in a link.
fn code(link: &Value) -> String {
    let link = link["link"].as_str().unwrap();
    link.split_once("token=").unwrap().1.split('&').next().unwrap().to_owned()
}

/// Invites somebody and returns the code.
pub async fn invite(by: &Actor<'_>, acme: &Organization<'_>, email: &str, role: &str) -> String {
    let answer = by.ok("POST", INVITE, Some(offer(acme, email, role))).await;
    code(&answer["completeInviteLinks"][0])
}

pub async fn verify(server: &TestServer, acme: &Organization<'_>, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "organizationId": acme.id, "code": code });
    server.call("POST", VERIFY, None, Some(body)).await
}

pub async fn complete(server: &TestServer, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "firstName": "Bob", "lastName": "Builder" });
    server.call("POST", COMPLETE, Some(code), Some(body)).await
}

async fn log_in(server: &TestServer, password: &str) -> Answer {
    let body = json!({ "email": BOB, "password": password });
    server.call("POST", "/api/v3/auth/login", None, Some(body)).await
}

/// A member as the list shows them.
pub async fn member(by: &Actor<'_>, acme: &Organization<'_>, email: &str) -> Value {
    let members = by.read(&format!("/api/v2/organizations/{}/memberships", acme.id)).await;
    let members = members["users"].as_array().unwrap().clone();
    members.into_iter().find(|member| member["user"]["email"] == email).unwrap_or_default()
}

pub async fn path(by: &Actor<'_>, acme: &Organization<'_>, email: &str) -> String {
    format!("/api/v2/organizations/{}/memberships/{}", acme.id, id(&member(by, acme, email).await))
}

#[tokio::test]
async fn an_invited_person_can_do_nothing_until_they_accept() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let mut body = offer(&acme, BOB, "member");
        body["projects"] = json!([{ "id": project, "projectRoleSlug": ["viewer"] }]);

        let answer = ada.ok("POST", INVITE, Some(body)).await;

        let code = code(&answer["completeInviteLinks"][0]);
        let organization_id = &acme.id;
        assert_eq!(
            answer["completeInviteLinks"],
            json!([{ "email": BOB, "link": format!("http://127.0.0.1:8080/signupinvite?token={code}\
                &to=bob%40example.test&organization_id={organization_id}") }])
        );
        let invited = member(&ada, &acme, BOB).await;
        assert_eq!((&invited["status"], &invited["inviteEmail"]), (&json!("invited"), &json!(BOB)));
        for password in ["", " ", PASSWORD, &code] {
            assert_eq!(log_in(server, password).await.status, 401, "{password}");
        }
        server.clock.advance_seconds(3600);

        let verified = verify(server, &acme, BOB, &code).await;
        assert_eq!((verified.status, &verified.body["token"]), (200, &json!(code)));
        assert_eq!(verified.body["user"]["isAccepted"], false);
        let joined = complete(server, BOB, &code).await;
        assert_eq!(joined.status, 200, "{}", joined.text);
        assert!(joined.cookie().is_some_and(|cookie| cookie.starts_with("jid=")));
        assert_eq!(joined.body["organizationId"], json!(acme.id));
        assert_eq!(joined.body["user"]["firstName"], "Bob");
        let token = joined.body["token"].as_str().unwrap().to_owned();
        let bob = Actor { server, id: id(&joined.body["user"]), name: BOB.to_owned(), token };
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);
        let accepted = member(&ada, &acme, BOB).await;
        assert_eq!((&accepted["status"], &accepted["inviteEmail"]), (&json!("accepted"), &json!(BOB)));
        // Whoever invited saw the link, so nothing shows that mail reaches Bob.
        assert_eq!(accepted["user"]["isEmailVerified"], false);
        assert_eq!(member(&ada, &acme, "ada@example.test").await["inviteEmail"], Value::Null);
        server.sign_in(BOB, PASSWORD, acme.id.as_str()).await;
        for kind in ["invite-organization-member", "accept-organization-invitation"] {
            assert!(server.has_event(acme.id.as_str(), kind).await, "{kind}");
        }
        let events = format!("{:?}", server.events(acme.id.as_str()).await);
        assert!(!events.contains(&code) && !events.contains(PASSWORD));
    })
    .await;
}

#[tokio::test]
async fn the_place_of_somebody_with_an_account_counts_once_they_accept_it() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        server.add_user(BOB, PASSWORD).await;
        let code = invite(&ada, &acme, BOB, "member").await;
        let session = log_in(server, PASSWORD).await.body["accessToken"].as_str().unwrap().to_owned();
        let select = json!({ "organizationId": acme.id });
        let enter = async || {
            let path = "/api/v3/auth/select-organization";
            server.call("POST", path, Some(&session), Some(select.clone())).await.status
        };
        let list = async || {
            let path = "/api/v1/organization";
            let answer = server.call("GET", path, Some(&session), None).await;
            answer.body["organizations"].as_array().unwrap().len()
        };
        assert_eq!((enter().await, list().await), (403, 0));

        assert_eq!(complete(server, BOB, &code).await.status, 400);
        let body = json!({ "email": BOB, "organizationId": acme.id, "code": code });
        let accept = async |token: Option<&str>| server.call("POST", VERIFY, token, Some(body.clone())).await;
        // The account may be a stranger's who took the e-mail: its owner has to show that it is theirs.
        for token in [None, Some("nonsense"), Some(ada.token.as_str())] {
            let refused = accept(token).await;
            assert_eq!(refused.status, 403, "{}", refused.text);
        }
        assert_eq!((enter().await, list().await), (403, 0));
        let verified = accept(Some(&session)).await;

        assert_eq!((verified.status, &verified.body["token"]), (200, &Value::Null));
        assert_eq!((enter().await, list().await), (200, 1));
        assert_eq!(verify(server, &acme, BOB, &code).await.status, 400);
        let again = ada.ok("POST", INVITE, Some(offer(&acme, BOB, "admin"))).await;
        assert_eq!(again["completeInviteLinks"], json!([]));
        assert_eq!(member(&ada, &acme, BOB).await["role"], "member");
        let resend = json!({ "membershipId": member(&ada, &acme, BOB).await["id"] });
        assert_eq!(ada.status("POST", RESEND, Some(resend)).await, 400);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_once_for_seven_days_and_for_its_own_person() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let other = organization(server, "other").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let first = invite(&ada, &acme, BOB, "member").await;
        let carol = invite(&ada, &acme, "carol@example.test", "member").await;
        let second = invite(&ada, &acme, BOB, "member").await;
        let resend = json!({ "membershipId": member(&ada, &acme, BOB).await["id"] });
        let answer = ada.ok("POST", RESEND, Some(resend)).await;
        let third = code(&answer["signupToken"]);

        let wrong = verify(server, &acme, BOB, "000000").await;
        assert_eq!(wrong.status, 400);
        let refusals = [
            verify(server, &acme, BOB, &first).await,
            verify(server, &acme, BOB, &second).await,
            verify(server, &acme, BOB, &carol).await,
            verify(server, &other, BOB, &third).await,
            verify(server, &acme, "nobody@example.test", &third).await,
            complete(server, BOB, &carol).await,
            complete(server, "nobody@example.test", &third).await,
        ];
        for refused in refusals {
            assert_eq!(refused.without_request_id(), wrong.without_request_id());
        }
        let short = json!({ "email": BOB, "password": "short", "firstName": "Bob" });
        assert_eq!(server.call("POST", COMPLETE, Some(&third), Some(short)).await.status, 400);
        assert_eq!(complete(server, BOB, &third).await.status, 200);
        for again in [complete(server, BOB, &third).await, verify(server, &acme, BOB, &third).await] {
            assert_eq!(again.without_request_id(), wrong.without_request_id());
        }
        server.clock.advance_seconds(7 * 24 * 3600);
        let late = verify(server, &acme, "carol@example.test", &carol).await;
        assert_eq!(late.without_request_id(), wrong.without_request_id());
        assert_eq!(complete(server, "carol@example.test", &carol).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn nobody_invites_above_their_own_rights() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let lead = acme.user("lead@example.test", "no-access").await;
        let permissions = json!([{ "subject": "member", "action": ["read", "create", "delete"] }]);
        let role = json!({ "slug": "people", "name": "people", "permissions": permissions });
        ada.ok("POST", "/api/v1/organization/roles", Some(role)).await;
        let body = |email: &str, role: &str| Some(offer(&acme, email, role));
        assert_eq!(lead.status("POST", INVITE, body(BOB, "no-access")).await, 403);
        let place = path(&ada, &acme, "lead@example.test").await;
        ada.ok("PATCH", &place, Some(json!({ "role": "people" }))).await;

        lead.ok("POST", INVITE, body(BOB, "people")).await;
        let refused = lead.call("POST", INVITE, body("carol@example.test", "admin")).await;

        assert_eq!((refused.status, &refused.body["error"]), (403, &json!("PermissionBoundaryError")));
        assert_eq!(member(&ada, &acme, "carol@example.test").await, Value::Null);
        // A code of somebody with more rights is as good as these rights.
        invite(&ada, &acme, "dora@example.test", "admin").await;
        let of_dora = member(&ada, &acme, "dora@example.test").await;
        let resend = json!({ "membershipId": of_dora["id"] });
        assert_eq!(lead.status("POST", RESEND, Some(resend)).await, 403);
        assert_eq!(lead.status("POST", INVITE, body("dora@example.test", "no-access")).await, 403);
        let project = ada.project_id("Shop").await;
        let mut with_project = offer(&acme, "eve@example.test", "no-access");
        with_project["projects"] = json!([{ "id": project, "projectRoleSlug": ["admin"] }]);
        assert_eq!(lead.status("POST", INVITE, Some(with_project)).await, 403);
        for (bad, status) in [
            (json!({ "inviteeEmails": [], "organizationId": acme.id }), 422),
            (json!({ "inviteeEmails": ["x"], "organizationId": acme.id }), 422),
            (json!({ "inviteeEmails": [BOB], "organizationId": "other" }), 403),
            (offer(&acme, BOB, "nothing"), 400),
        ] {
            assert_eq!(ada.status("POST", INVITE, Some(bad.clone())).await, status, "{bad}");
        }
        let of_ada = path(&ada, &acme, "ada@example.test").await;
        assert_eq!(lead.status("DELETE", &of_ada, None).await, 403);
    })
    .await;
}

#[tokio::test]
async fn a_removed_member_is_refused_at_once_and_the_last_admin_stays() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user(BOB, "member").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        ada.add_user(&project, &bob, "viewer").await;
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);
        let of_bob = path(&ada, &acme, BOB).await;
        assert_eq!(bob.status("DELETE", &of_bob, None).await, 403);

        let gone = ada.ok("DELETE", &of_bob, None).await["membership"].clone();

        assert_eq!(gone["userId"], json!(bob.id));
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 401);
        assert_eq!(ada.status("DELETE", &of_bob, None).await, 404);
        let members = ada.read(&format!("/api/v1/workspace/{project}/memberships")).await;
        assert_eq!(members["memberships"].as_array().unwrap().len(), 1);
        // An admin who is only invited is none yet.
        invite(&ada, &acme, "carol@example.test", "admin").await;
        let of_ada = path(&ada, &acme, "ada@example.test").await;
        assert_eq!(ada.status("DELETE", &of_ada, None).await, 400);
        let of_carol = path(&ada, &acme, "carol@example.test").await;
        ada.ok("DELETE", &of_carol, None).await;
        assert!(server.has_event(acme.id.as_str(), "delete-organization-membership").await);
    })
    .await;
}

#[tokio::test]
async fn of_a_withdrawn_invitation_nothing_stays_unless_the_person_is_invited_elsewhere() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let other = organization(server, "other").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let eve = other.user("eve@example.test", "admin").await;
        invite(&ada, &acme, BOB, "member").await;
        let code = invite(&eve, &other, BOB, "member").await;
        server.add_user("dora@example.test", PASSWORD).await;
        invite(&ada, &acme, "dora@example.test", "member").await;
        let exists =
            async |email: &str| users::find_by_email(&mut acme.db().await, email).await.unwrap().is_some();

        let of_bob = path(&ada, &acme, BOB).await;
        ada.ok("DELETE", &of_bob, None).await;
        let of_dora = path(&ada, &acme, "dora@example.test").await;
        ada.ok("DELETE", &of_dora, None).await;

        assert!(exists(BOB).await && exists("dora@example.test").await);
        assert_eq!(verify(server, &other, BOB, &code).await.status, 200);
        let of_bob = path(&eve, &other, BOB).await;
        eve.ok("DELETE", &of_bob, None).await;
        assert!(!exists(BOB).await);
        let again = invite(&ada, &acme, BOB, "member").await;
        assert_eq!(complete(server, BOB, &again).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nobody_accepts_into_more_organizations_than_anybody_can_be_in() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = server.add_user(BOB, PASSWORD).await;
        for number in 0..99 {
            let full = organization(server, &format!("full-{number}")).await;
            server.add_to_organization(full.id.as_str(), &bob, "member").await;
        }
        let code = invite(&ada, &acme, BOB, "member").await;
        let token = log_in(server, PASSWORD).await.body["accessToken"].as_str().unwrap().to_owned();
        let last = organization(server, "last").await;
        server.add_to_organization(last.id.as_str(), &bob, "member").await;
        let body = json!({ "email": BOB, "organizationId": acme.id, "code": code });

        let refused = server.call("POST", VERIFY, Some(&token), Some(body.clone())).await;

        assert_eq!(refused.status, 400);
        assert!(refused.text.contains("more than 100 organizations"), "{}", refused.text);
        let place = path(&ada, &acme, BOB).await;
        assert_eq!(ada.read(&place).await["membership"]["status"], "invited");
    })
    .await;
}
