//! Kubernetes Auth: service accounts, by the word of an API server that speaks the protocol.

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_auth_methods::{Vouched, made_up, traps},
    harness_cluster::{Cluster, review_of},
    harness_data_keys::works_while_the_organizations_key_is_replaced,
    harness_https::StandIn,
    harness_identities::{audit_text, status_with},
};

const METHOD: &str = "kubernetes-auth";
const WEB: &str = "system:serviceaccount:shop:web";

fn proof(token: &str) -> Value {
    json!({ "jwt": token })
}

#[tokio::test]
async fn it_is_attached_changed_and_detached() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let machine = Vouched::bare(&admin, METHOD).await;
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);
        let settings = cluster.settings(json!({ "tokenReviewMode": "api", "allowedNamespaces": "shop, api",
            "allowedNames": "", "allowedAudience": "" }));

        let made =
            admin.ok("POST", &machine.path(), Some(settings.clone())).await["identityKubernetesAuth"].clone();
        assert_eq!(made["kubernetesHost"], json!(cluster.server.url));
        assert_eq!(made["allowedNamespaces"], "shop, api");
        assert_eq!((&made["tokenReviewMode"], &made["gatewayId"]), (&json!("api"), &Value::Null));
        assert_eq!(made["tokenReviewerJwt"], "");
        assert_eq!(admin.call("POST", &machine.path(), Some(settings)).await.status, 400);

        let token = machine.token(&proof(&cluster.token(WEB))).await;
        let changed = machine.configure(json!({ "allowedNames": "web", "accessTokenTTL": 60 })).await;
        assert_eq!(changed["identityKubernetesAuth"]["allowedNamespaces"], "shop, api");
        assert_eq!(admin.ok("GET", &machine.path(), None).await, changed);

        assert_eq!(admin.ok("DELETE", &machine.path(), None).await, changed);
        assert_eq!(status_with(server, &token).await, 401);
        assert_eq!(machine.login(&proof(&cluster.token(WEB))).await.status, 401);
        for event in ["add", "update", "get", "revoke", "login"] {
            let kind = format!("{event}-identity-kubernetes-auth");
            assert!(server.has_event(&admin.organization_id, &kind).await, "{kind}");
        }
        assert!(audit_text(&admin).await.contains(WEB));
    })
    .await;
}

#[tokio::test]
async fn settings_that_let_everybody_in_or_make_no_sense_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let machine = Vouched::bare(&admin, METHOD).await;
        let host = "https://k8s.test";
        for (settings, field) in [
            (json!({ "allowedNames": "web" }), "kubernetesHost"),
            (json!({ "kubernetesHost": "http://k8s.test", "allowedNames": "web" }), "kubernetesHost"),
            (json!({ "kubernetesHost": "https://a@k8s.test", "allowedNames": "web" }), "kubernetesHost"),
            (json!({ "kubernetesHost": "https://k8s.test/?a=", "allowedNames": "web" }), "kubernetesHost"),
            (json!({ "kubernetesHost": "https://k8s.test/#a", "allowedNames": "web" }), "kubernetesHost"),
            (json!({ "kubernetesHost": host }), "allowedNamespaces"),
            (json!({ "kubernetesHost": host, "allowedNamespaces": " , " }), "allowedNamespaces"),
            (json!({ "kubernetesHost": host, "allowedAudience": "tacit" }), "allowedNamespaces"),
            (json!({ "kubernetesHost": host, "allowedNamespaces": "*" }), "allowedNamespaces"),
            (json!({ "kubernetesHost": host, "allowedNames": "web,a:b" }), "allowedNames"),
            (json!({ "kubernetesHost": host, "allowedNames": "web", "caCert": "x" }), "caCert"),
            (
                json!({ "kubernetesHost": host, "allowedNames": "web", "tokenReviewerJwt": "a b" }),
                "tokenReviewerJwt",
            ),
            (
                json!({ "kubernetesHost": host, "allowedNames": "web", "tokenReviewMode": "other" }),
                "tokenReviewMode",
            ),
        ] {
            let answer = admin.call("POST", &machine.path(), Some(settings.clone())).await;
            assert_eq!(answer.status, 422, "{settings}: {}", answer.text);
            assert!(answer.text.contains(field), "{settings}: {}", answer.text);
        }
        for gateway in [
            json!({ "kubernetesHost": host, "allowedNames": "web", "tokenReviewMode": "gateway" }),
            json!({ "kubernetesHost": host, "allowedNames": "web", "gatewayId": "x" }),
        ] {
            let answer = admin.call("POST", &machine.path(), Some(gateway)).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.text.contains("gateway"), "{}", answer.text);
        }
        assert_eq!(admin.call("GET", &machine.path(), None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_api_server_is_asked_by_the_reviewer_or_else_by_the_account_itself() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let settings = cluster.settings(json!({ "allowedNamespaces": "shop" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let web = cluster.token(WEB);

        machine.token(&proof(&web)).await;
        let asked = cluster.server.take().remove(0);
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/apis/authentication.k8s.io/v1/tokenreviews"));
        assert_eq!(asked.header("authorization"), Some(format!("Bearer {web}").as_str()));
        let body = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": { "token": web } });
        assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), body);

        let reviewer = cluster.token("system:serviceaccount:tacit:reviewer");
        machine.configure(json!({ "tokenReviewerJwt": reviewer, "allowedAudience": "tacit, other" })).await;
        let web = cluster.token_for(WEB, "tacit");
        machine.token(&proof(&web)).await;
        let asked = cluster.server.take().remove(0);
        assert_eq!(asked.header("authorization"), Some(format!("Bearer {reviewer}").as_str()));
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["spec"], json!({ "token": web, "audiences": ["tacit", "other"] }));
    })
    .await;
}

#[tokio::test]
async fn a_token_that_fails_one_check_is_refused_like_an_identity_that_nobody_has() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let reviewer = cluster.token("system:serviceaccount:tacit:reviewer");
        let settings = cluster
            .settings(json!({ "tokenReviewerJwt": reviewer, "allowedNamespaces": "shop, api",
            "allowedNames": "web, worker", "allowedAudience": "tacit" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let token = |username: &str, audience: &str| proof(&cluster.token_for(username, audience));

        assert_eq!(machine.judged(&token(WEB, "tacit")).await, "");
        for (proof, check) in [
            (proof(""), "token"),
            (proof("a b"), "token"),
            (proof("a\r\nx: y"), "token"),
            (proof(&"a".repeat(20_000)), "token"),
            (proof("e30.e30.unknown"), "authenticated"),
            (token(WEB, "other"), "authenticated"),
            (token("system:serviceaccount:other:web", "tacit"), "namespace"),
            (token("system:serviceaccount:shop2:web", "tacit"), "namespace"),
            (token("system:serviceaccount:shop:other", "tacit"), "name"),
            (token("system:serviceaccount:web:shop", "tacit"), "namespace"),
            (token("system:node:shop:web", "tacit"), "service account"),
            (token("ada", "tacit"), "service account"),
        ] {
            machine.refuses(&proof, check).await;
        }
        machine.token(&token("system:serviceaccount:api:worker", "tacit")).await;
    })
    .await;
}

#[tokio::test]
async fn an_api_server_that_says_nothing_clear_lets_nobody_in() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let settings = cluster.settings(json!({ "allowedNamespaces": "shop", "allowedAudience": "tacit" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let web = proof(&cluster.token(WEB));
        let with = |pointer: &str, value: Value| {
            let mut review = review_of(WEB);
            review["status"]["audiences"] = json!(["tacit"]);
            *review.pointer_mut(pointer).unwrap() = value;
            review.to_string()
        };
        cluster.will_answer(201, with("/metadata", json!(null)));
        machine.token(&web).await;

        for (status, body, check) in [
            (201, with("/status/audiences", json!([])), "audience"),
            (201, with("/status/audiences", json!(["https://kubernetes.default.svc"])), "audience"),
            (201, with("/status", json!({ "authenticated": true, "user": { "username": WEB } })), "audience"),
            (201, with("/status/authenticated", json!(false)), "authenticated"),
            (201, with("/status/authenticated", json!("true")), "review"),
            (201, with("/status", json!({})), "authenticated"),
            (201, with("/status/user", json!({})), "service account"),
            (201, with("/kind", json!("SelfSubjectReview")), "review"),
            (201, with("/apiVersion", json!("authentication.k8s.io/v1beta1")), "review"),
            (201, "nonsense".to_owned(), "review"),
            (201, String::new(), "review"),
            (201, "[".repeat(100_000), "review"),
            (201, " ".repeat(600_000), "review"),
            (302, with("/metadata", json!(null)), "review"),
            (401, with("/metadata", json!(null)), "review"),
            (403, with("/metadata", json!(null)), "review"),
            (500, with("/metadata", json!(null)), "review"),
        ] {
            cluster.will_answer(status, body);
            machine.refuses(&web, check).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_goes_nowhere_but_to_the_api_server_that_is_trusted() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let other = StandIn::start(|_| (200, String::new()));
        let mut settings = cluster.settings(json!({ "allowedNamespaces": "shop" }));
        settings["caCert"] = json!(other.certificate);
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let web = proof(&cluster.token(WEB));
        machine.refuses(&web, "review").await;
        machine.configure(json!({ "kubernetesHost": "https://127.0.0.2:6443" })).await;
        machine.refuses(&web, "review").await;
        machine.configure(json!({ "kubernetesHost": nobody_listens() })).await;
        machine.refuses(&web, "review").await;
        assert!(cluster.server.take().is_empty() && other.take().is_empty());
    })
    .await;
}

/// An address where nothing answers.
fn nobody_listens() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("https://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn the_reviewers_token_is_sent_to_no_other_server_than_it_was_given_for() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (cluster, evil) = (Cluster::start(), Cluster::start());
        let reviewer = cluster.token("system:serviceaccount:tacit:reviewer");
        let settings = cluster.settings(json!({ "tokenReviewerJwt": reviewer, "allowedNamespaces": "shop" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        for change in [
            json!({ "kubernetesHost": evil.server.url }),
            json!({ "caCert": evil.server.certificate }),
            json!({ "kubernetesHost": evil.server.url, "caCert": evil.server.certificate }),
        ] {
            let answer = admin.call("PATCH", &machine.path(), Some(change)).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
            assert!(answer.text.contains("tokenReviewerJwt"), "{}", answer.text);
        }
        machine.token(&proof(&cluster.token(WEB))).await;

        machine.configure(evil.settings(json!({ "tokenReviewerJwt": null }))).await;
        let web = evil.token(WEB);
        machine.token(&proof(&web)).await;
        assert_eq!(evil.server.take()[0].header("authorization"), Some(format!("Bearer {web}").as_str()));
    })
    .await;
}

#[tokio::test]
async fn only_who_may_change_the_settings_sees_the_reviewers_token() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let reviewer = cluster.token("system:serviceaccount:tacit:reviewer");
        let settings = cluster.settings(json!({ "tokenReviewerJwt": reviewer, "allowedNamespaces": "shop" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let shown = admin.ok("GET", &machine.path(), None).await;
        assert_eq!(shown["identityKubernetesAuth"]["tokenReviewerJwt"], json!(reviewer));

        let role = json!({ "slug": "looks", "name": "Looks", "permissions": [{ "subject": "identity", "action": ["read"] }] });
        admin.ok("POST", &format!("/api/v1/organization/{}/roles", admin.organization_id), Some(role)).await;
        let (_, client_id, client_secret) = admin.machine("looks", "looks").await;
        let token = server.machine_token(&client_id, &client_secret).await;
        let seen = server.call("GET", &machine.path(), Some(&token), None).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        assert_eq!(seen.body["identityKubernetesAuth"]["tokenReviewerJwt"], "");
        assert!(!audit_text(&admin).await.contains(&reviewer));
    })
    .await;
}

#[tokio::test]
async fn a_form_logs_in_and_tokens_are_limited_as_the_settings_say() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let settings = cluster.settings(json!({ "allowedNames": "web", "accessTokenTTL": 60 }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        let request = axum::http::Request::builder()
            .method("POST")
            .uri("/api/v1/auth/kubernetes-auth/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("identityId={}&jwt={}", machine.id, cluster.token(WEB)).into())
            .unwrap();
        let answer = server.send(request).await;
        assert_eq!((answer.status, &answer.body["expiresIn"]), (200, &json!(60)), "{}", answer.text);
        let login = async |more| machine.login_with(&proof(&cluster.token(WEB)), more).await;
        machine.logs_in_as_every_method_does(login).await;
    })
    .await;
}

#[tokio::test]
async fn whatever_is_sent_is_never_our_fault() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let settings = cluster.settings(json!({ "allowedNames": "web" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        for body in made_up("jwt") {
            let answer = machine.login(&body).await;
            assert!((400..500).contains(&answer.status), "{body}: {}", answer.text);
        }
        let web = proof(&cluster.token(WEB));
        for pointer in
            ["", "/status", "/status/user", "/status/user/username", "/status/audiences", "/status/error"]
        {
            for value in traps() {
                let mut review = review_of(WEB);
                review["status"]["error"] = json!("x");
                *review.pointer_mut(pointer).unwrap() = value.clone();
                cluster.will_answer(201, review.to_string());
                let status = machine.login(&web).await.status;
                assert!(status < 500, "{pointer} {value}: {status}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn logins_work_while_the_key_of_the_organization_is_replaced() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let cluster = Cluster::start();
        let settings = cluster.settings(json!({ "allowedNamespaces": "shop" }));
        let machine = Vouched::new(&admin, METHOD, settings).await;
        works_while_the_organizations_key_is_replaced(&admin, async || {
            machine.token(&proof(&cluster.token(WEB))).await;
        })
        .await;
    })
    .await;
}
