//! Signing in and out: tokens, cookies, lockout.

use axum::body::Body;
use futures_util::future::join_all;
use serde_json::json;
use tacit_core::id::UserId;
use tacit_store::{Value as Parameter, login_failures, user_sessions};

use crate::harness::{Answer, START, TestServer, each_engine};

const EMAIL: &str = "ada@example.test";
const PASSWORD: &str = "correct horse battery";
const DAY: i64 = 24 * 3600;

async fn login(server: &TestServer, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    server.call("POST", "/api/v3/auth/login", None, Some(body)).await
}

async fn with_cookie(server: &TestServer, path: &str, cookie: &str) -> Answer {
    let request = axum::http::Request::builder().method("POST").uri(path).header("cookie", cookie);
    server.send(request.body(Body::empty()).unwrap()).await
}

async fn refresh(server: &TestServer, cookie: &str) -> Answer {
    with_cookie(server, "/api/v1/auth/token", cookie).await
}

async fn check(server: &TestServer, token: &str) -> u16 {
    server.call("POST", "/api/v1/auth/checkAuth", Some(token), None).await.status
}

fn token(answer: &Answer, field: &str) -> String {
    answer.body[field].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_login_is_for_no_organization_until_one_is_selected() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let organization = format!("/api/v1/organization/{}", admin.organization_id);

        let answer = login(server, " Ada@Example.TEST", PASSWORD).await;
        let first = token(&answer, "accessToken");

        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(check(server, &first).await, 200);
        assert_eq!(server.call("GET", "/api/v1/organization", Some(&first), None).await.status, 200);
        assert_eq!(server.call("GET", &organization, Some(&first), None).await.status, 401);
        let body = json!({ "organizationId": admin.organization_id, "userAgent": "cli" });
        let answer = server.call("POST", "/api/v3/auth/select-organization", Some(&first), Some(body)).await;
        assert_eq!(answer.body["isMfaEnabled"], false);
        assert!(answer.cookie().is_some());
        let second = token(&answer, "token");
        assert_eq!(server.call("GET", &organization, Some(&second), None).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_e_mail_is_answered_like_a_wrong_password() {
    each_engine(async |server| {
        server.with_admin().await;

        let wrong = login(server, EMAIL, "a wrong password").await;
        let unknown = login(server, "nobody@example.test", "a wrong password").await;

        assert_eq!((wrong.status, unknown.status), (401, 401));
        assert_eq!(wrong.without_request_id(), unknown.without_request_id());
        assert_eq!(wrong.text.len(), unknown.text.len());
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&wrong), names(&unknown));
    })
    .await;
}

#[tokio::test]
async fn ten_wrong_passwords_lock_an_e_mail_known_or_not_for_five_minutes() {
    each_engine(async |server| {
        server.with_admin().await;
        let mut locked = Vec::new();
        for spellings in
            [["ada@example.test", "ADA@example.test "], ["nobody@example.test", "Nobody@Example.Test"]]
        {
            for number in 0..10 {
                assert_eq!(login(server, spellings[number % 2], "wrong").await.status, 401, "{number}");
            }
            locked.push(login(server, spellings[1], PASSWORD).await);
        }

        assert_eq!(locked[0].status, 403);
        assert_eq!(locked[0].without_request_id(), locked[1].without_request_id());
        server.clock.advance_seconds(299);
        assert_eq!(login(server, EMAIL, PASSWORD).await.status, 403);
        server.clock.advance_seconds(1);
        assert_eq!(login(server, EMAIL, PASSWORD).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_right_password_and_a_quarter_of_an_hour_forget_wrong_ones() {
    each_engine(async |server| {
        server.with_admin().await;
        for pause in ["right", "time", "none"] {
            for _ in 0..9 {
                assert_eq!(login(server, EMAIL, "wrong").await.status, 401);
            }
            match pause {
                "right" => assert_eq!(login(server, EMAIL, PASSWORD).await.status, 200),
                "time" => server.clock.advance_seconds(15 * 60),
                _ => assert_eq!(login(server, EMAIL, "wrong").await.status, 401),
            }
        }
        assert_eq!(login(server, EMAIL, PASSWORD).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn guesses_sent_together_get_no_more_answers_than_guesses_in_a_row() {
    each_engine(async |server| {
        server.with_admin().await;

        let answers = join_all((0..24).map(|_| login(server, EMAIL, "wrong"))).await;

        assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 10);
        assert_eq!(answers.iter().filter(|answer| answer.status == 403).count(), 14);
    })
    .await;
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_other_sites() {
    each_engine(async |server| {
        server.with_admin().await;

        let answer = login(server, EMAIL, PASSWORD).await;

        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        for part in ["jid=", "; Path=/;", "; HttpOnly;", "; SameSite=Strict", "; Max-Age="] {
            assert!(cookie.contains(part), "{cookie}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_cookie_gets_a_new_token_for_the_same_organization() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let body = json!({ "organizationId": admin.organization_id });
        let selected = admin.call("POST", "/api/v3/auth/select-organization", Some(body)).await;

        let answer = refresh(server, &selected.cookie().unwrap()).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["organizationId"], admin.organization_id);
        assert_ne!(answer.cookie(), selected.cookie());
        let organization = format!("/api/v1/organization/{}", admin.organization_id);
        let token = token(&answer, "token");
        assert_eq!(server.call("GET", &organization, Some(&token), None).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_cookie_used_twice_works_for_a_moment_and_then_ends_the_session() {
    each_engine(async |server| {
        server.with_admin().await;
        let old = login(server, EMAIL, PASSWORD).await.cookie().unwrap();
        let new = refresh(server, &old).await.cookie().unwrap();

        server.clock.advance_seconds(29);
        let again = refresh(server, &old).await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(again.cookie(), None);
        server.clock.advance_seconds(1);
        let stolen = refresh(server, &old).await;

        assert_eq!(stolen.status, 401);
        assert_eq!(stolen.cookie().unwrap(), "jid=");
        assert_eq!(refresh(server, &new).await.status, 401);
        assert_eq!(check(server, &token(&again, "token")).await, 401);
    })
    .await;
}

#[tokio::test]
async fn a_cookie_that_is_not_ours_is_cleared() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let wrong = format!("{}.{}", admin.user_id, "0".repeat(64));
        for cookie in ["jid=x", "jid=a.b", &format!("jid={wrong}")] {
            let answer = refresh(server, cookie).await;
            assert_eq!(answer.status, 401, "{cookie}");
            assert_eq!(answer.cookie().unwrap(), "jid=");
        }
        assert_eq!(refresh(server, "other=1").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_token_and_cookie_and_never_fails() {
    each_engine(async |server| {
        server.with_admin().await;
        for by_cookie in [false, true] {
            let answer = login(server, EMAIL, PASSWORD).await;
            let (token, cookie) = (token(&answer, "accessToken"), answer.cookie().unwrap());
            let out = if by_cookie {
                with_cookie(server, "/api/v1/auth/logout", &cookie).await
            } else {
                server.call("POST", "/api/v1/auth/logout", Some(&token), None).await
            };

            assert_eq!(out.status, 200);
            assert_eq!(out.cookie().unwrap(), "jid=");
            assert_eq!(check(server, &token).await, 401);
            assert_eq!(refresh(server, &cookie).await.status, 401);
            assert_eq!(server.call("POST", "/api/v1/auth/logout", Some(&token), None).await.status, 200);
        }
        assert_eq!(server.call("POST", "/api/v1/auth/logout", Some("nonsense"), None).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn tokens_end_after_ten_days_and_sessions_after_ninety() {
    each_engine(async |server| {
        server.with_admin().await;
        let answer = login(server, EMAIL, PASSWORD).await;
        let mut cookie = answer.cookie().unwrap();
        let first = token(&answer, "accessToken");

        server.clock.advance_seconds(10 * DAY - 1);
        assert_eq!(check(server, &first).await, 200);
        server.clock.advance_seconds(1);
        assert_eq!(check(server, &first).await, 403);
        server.clock.advance_seconds(79 * DAY);
        let answer = refresh(server, &cookie).await;
        assert_eq!(answer.status, 200);
        cookie = answer.cookie().unwrap();
        let last = token(&answer, "token");
        server.clock.advance_seconds(DAY - 1);
        assert_eq!(check(server, &last).await, 200);
        server.clock.advance_seconds(1);
        assert_eq!(check(server, &last).await, 403);
        assert_eq!(refresh(server, &cookie).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_organization_cannot_be_selected_nor_told_from_none() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let other = server.second_organization().await;
        let select = async |id: &str| {
            let body = json!({ "organizationId": id });
            admin.call("POST", "/api/v3/auth/select-organization", Some(body)).await
        };

        let foreign = select(&other.organization_id).await;
        let unknown = select("nothing").await;

        assert_eq!((foreign.status, unknown.status), (403, 403));
        assert_eq!(foreign.without_request_id(), unknown.without_request_id());
        assert_eq!(select(" ").await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn a_member_who_was_removed_or_paused_is_out_at_once() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let organization = format!("/api/v1/organization/{}", admin.organization_id);
        let mut tx = server.app.database.begin().await.unwrap();
        let sql = "UPDATE organization_memberships SET is_active = FALSE WHERE user_id = $1";
        tx.execute(sql, &[Parameter::Text(&admin.user_id)]).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(admin.call("GET", &organization, None).await.status, 401);
        let body = json!({ "organizationId": admin.organization_id });
        let fresh = token(&login(server, EMAIL, PASSWORD).await, "accessToken");
        let path = "/api/v3/auth/select-organization";
        assert_eq!(server.call("POST", path, Some(&fresh), Some(body)).await.status, 403);
        let list = server.call("GET", "/api/v1/organization", Some(&fresh), None).await;
        assert_eq!(list.body["organizations"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn machines_have_no_sessions() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for (method, path) in
            [("POST", "/api/v1/auth/checkAuth"), ("GET", "/api/v2/users/me"), ("GET", "/api/v1/organization")]
        {
            let answer = server.call(method, path, Some(&admin.identity_token), None).await;
            assert_eq!(answer.status, 403, "{path}");
            assert_eq!(answer.body["error"], format!("Forbidden access to {path}"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_ways_of_old_clients_are_refused() {
    each_engine(async |server| {
        for path in ["/api/v3/auth/login1", "/api/v3/auth/login2"] {
            let body = json!({ "email": EMAIL, "clientPublicKey": "x" });
            assert_eq!(server.call("POST", path, None, Some(body)).await.status, 400);
        }
        for body in [json!({}), json!({ "email": EMAIL }), json!({ "email": 1, "password": 2 })] {
            assert_eq!(server.call("POST", "/api/v3/auth/login", None, Some(body)).await.status, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn sign_ins_are_audited_without_passwords_and_tokens() {
    each_engine(async |server| {
        server.with_admin().await;
        login(server, EMAIL, "a wrong canary").await;
        let answer = login(server, EMAIL, PASSWORD).await;
        let cookie = answer.cookie().unwrap();
        refresh(server, &cookie).await;

        let events = server.events("").await;

        let of_kind = |kind: &str, result: &str| {
            events.iter().filter(|event| event.event_type == kind && event.result == result).count()
        };
        assert_eq!((of_kind("user-login", "allowed"), of_kind("user-login", "denied")), (2, 1));
        assert_eq!(of_kind("refresh-session", "allowed"), 1);
        let secret = cookie.split_once('.').unwrap().1;
        for event in &events {
            let text = format!("{event:?}");
            for canary in ["canary", "horse", secret, &token(&answer, "accessToken")] {
                assert!(!text.contains(canary), "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_ended_by_itself_is_pruned() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        login(server, "nobody@example.test", "wrong").await;
        server.clock.advance_seconds(91 * DAY);

        tacit::app::sign_in::prune(&server.app).await.unwrap();

        let mut db = server.app.database.read().await.unwrap();
        let user = UserId::new(&admin.user_id);
        assert_eq!(user_sessions::list(&mut db, &user, START, 10).await.unwrap(), []);
        assert_eq!(login_failures::find(&mut db, "nobody@example.test").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_token_of_another_session_version_has_ended() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let mut tx = server.app.database.begin().await.unwrap();
        tx.execute("UPDATE user_sessions SET access_version = 2", &[]).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(check(server, &admin.token).await, 401);
    })
    .await;
}
