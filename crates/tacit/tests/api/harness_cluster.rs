//! The API server of a cluster, as far as it reviews tokens.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness_https::{Asked, StandIn};

/// The audience of its own.
const OWN_AUDIENCE: &str = "https://kubernetes.default.svc";
const PATH: &str = "/apis/authentication.k8s.io/v1/tokenreviews";

/// A token that the cluster has given out.
#[derive(Clone)]
struct Known {
    token: String,
    username: String,
    audience: String,
    may_review: bool,
}

/// A cluster.
pub struct Cluster {
    pub server: StandIn,
    known: Arc<Mutex<Vec<Known>>>,
}

impl Cluster {
    pub fn start() -> Self {
        let known = Arc::<Mutex<Vec<Known>>>::default();
        let tokens = Arc::clone(&known);
        Self { server: StandIn::start(move |asked| review(asked, &tokens.lock().unwrap())), known }
    }

    /// Gives a token for the API server to somebody who may review tokens, and returns it.
    pub fn token(&self, username: &str) -> String {
        self.give(username, OWN_AUDIENCE, true)
    }

    /// Gives a token for an audience to somebody who may not review tokens, and returns it.
    pub fn token_for(&self, username: &str, audience: &str) -> String {
        self.give(username, audience, false)
    }

    fn give(&self, username: &str, audience: &str, may_review: bool) -> String {
        let mut known = self.known.lock().unwrap();
        // What a token says of itself is not believed, so it may as well lie.
        let lie = tacit_core::base64url::encode(br#"{"sub":"system:serviceaccount:kube-system:admin"}"#);
        let token = format!("e30.{lie}.{}", known.len());
        let given = Known {
            token: token.clone(),
            username: username.to_owned(),
            audience: audience.to_owned(),
            may_review,
        };
        known.push(given);
        token
    }

    /// Settings by which accounts of it may be let in.
    pub fn settings(&self, mut more: Value) -> Value {
        more["kubernetesHost"] = json!(self.server.url);
        more["caCert"] = json!(self.server.certificate);
        more
    }

    /// Answers every review so from now on.
    pub fn will_answer(&self, status: u16, body: impl Into<String>) {
        let body = body.into();
        self.server.will_answer(move |_| (status, body.clone()));
    }
}

/// A good answer about somebody.
pub fn review_of(username: &str) -> Value {
    json!({ "kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "metadata": {}, "spec": { "token": "x" },
        "status": { "authenticated": true, "user": { "username": username, "uid": "1",
            "groups": ["system:serviceaccounts", "system:authenticated"] }, "audiences": [OWN_AUDIENCE] } })
}

fn review(asked: &Asked, known: &[Known]) -> (u16, String) {
    if asked.method != "POST" || asked.path != PATH {
        return (404, "{}".to_owned());
    }
    let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let find = |token: &str| known.iter().find(|known| known.token == token);
    match bearer.and_then(find) {
        None => return (401, json!({ "kind": "Status", "code": 401 }).to_string()),
        Some(reviewer) if !reviewer.may_review => {
            return (403, json!({ "kind": "Status", "code": 403 }).to_string());
        }
        Some(_) => {}
    }
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body["kind"], "TokenReview");
    assert_eq!(body["apiVersion"], "authentication.k8s.io/v1");
    let wanted = match body["spec"].get("audiences") {
        Some(audiences) => serde_json::from_value::<Vec<String>>(audiences.clone()).unwrap(),
        None => vec![OWN_AUDIENCE.to_owned()],
    };
    let token =
        find(body["spec"]["token"].as_str().unwrap()).filter(|known| wanted.contains(&known.audience));
    let status = match token {
        Some(known) => {
            let mut review = review_of(&known.username);
            review["status"]["audiences"] = json!([known.audience]);
            review["status"].clone()
        }
        None => json!({ "user": {}, "error": "[invalid bearer token, token lookup failed]" }),
    };
    let mut answer = body;
    answer["status"] = status;
    (201, answer.to_string())
}
