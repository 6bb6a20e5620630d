//! Somebody who vouches for machines and answers slowly, or never: that ends their logins, and holds up nobody else.

use std::{net::TcpListener, sync::mpsc, time::Duration};

use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::{Value, json};
use tacit::app::{
    Settings,
    auth_method::clouds::Clouds,
    changes::Timing,
    egress::{Egress, Limits, trust},
};

use crate::{
    harness::{Admin, Node, START, TestServer, loopback, on_postgres},
    harness_auth_methods::Vouched,
    harness_cluster::Cluster,
    harness_https::StandIn,
    harness_iam::{AwsRequest, Key},
    harness_signer::{Signer, key_set},
    harness_tokens::proof,
};

/// Takes connections and says nothing. Whoever waits is told once it is dropped.
struct Silent {
    /// Such as `127.0.0.1:4000`.
    host: String,
    _listener: TcpListener,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { host: listener.local_addr().unwrap().to_string(), _listener: listener }
    }

    /// Settings of every method whose logins ask it, with a proof that is worth the question.
    fn methods(&self) -> Vec<(&'static str, Value, Value)> {
        let Self { host, .. } = self;
        let url = format!("https://{host}");
        let signer = Signer::new("a");
        let claims = json!({ "iss": url, "sub": "x", "aud": "x", "exp": START.seconds() + 300 });
        let token = proof(&signer.sign(&claims));
        let bound = json!({ "oidcDiscoveryUrl": url, "boundIssuer": url, "boundSubject": "x" });
        let fetched = json!({ "configurationType": "jwks", "jwksUrl": url, "boundSubject": "x" });
        let directory = json!({ "url": format!("ldaps://{host}"), "bindDN": "cn=x", "bindPass": "x",
            "searchBase": "dc=x", "allowedFields": [{ "key": "ou", "value": "x" }] });
        let key = Key::of("arn:aws:iam::123456789012:user/ada");
        let sts = json!({ "stsEndpoint": url, "allowedAccountIds": "123456789012" });
        vec![
            ("oidc-auth", bound, token.clone()),
            ("jwt-auth", fetched, token.clone()),
            ("kubernetes-auth", json!({ "kubernetesHost": url, "allowedNames": "x" }), token),
            ("aws-auth", sts, AwsRequest::new(host, START).sign(&key).proof()),
            ("ldap-auth", directory, json!({ "username": "x", "password": "x" })),
        ]
    }
}

/// Runs a test on each engine, on a server that believes `silent` to be a cloud and waits as long as `limits` say.
async fn each_engine_within(limits: Limits, test: impl AsyncFn(&TestServer, &Silent)) {
    let start = async |database: &tacit_store::Settings| {
        let folder = tempfile::tempdir().unwrap();
        let silent = Silent::start();
        let clouds = Clouds { aws_sts_hosts: vec![silent.host.clone()], ..Clouds::default() };
        let settings = Settings { clouds, ..Settings::default() };
        let node = Node { seed: 1, timing: Timing::default(), settings };
        let egress = Egress::limited(loopback(), trust::certificates(b""), limits);
        test(&TestServer::start_with(database, folder, node, egress).await, &silent).await;
    };
    let folder = tempfile::tempdir().unwrap();
    start(&tacit_store::Settings::Sqlite(folder.path().join("tacit.db"))).await;
    on_postgres(start).await;
}

/// So long that a test which waits for it fails.
const NEVER: Duration = Duration::from_hours(1);
const PATIENT: Limits = Limits { connect: NEVER, request: NEVER, turn: NEVER, judgement: NEVER };

async fn machines<'a>(admin: &'a Admin<'a>, silent: &Silent) -> Vec<(Vouched<'a>, Value)> {
    let mut machines = Vec::new();
    for (method, settings, proof) in silent.methods() {
        machines.push((Vouched::new(admin, method, settings).await, proof));
    }
    machines
}

#[tokio::test]
async fn a_login_ends_in_time_like_any_that_is_refused() {
    let short = Duration::from_millis(100);
    let limits = Limits { connect: short, request: short, turn: short, judgement: NEVER };
    each_engine_within(limits, async |server, silent| {
        let admin = server.with_admin().await;
        for (machine, proof) in machines(&admin, silent).await {
            let check = match machine.method {
                "oidc-auth" | "jwt-auth" => "signature",
                "kubernetes-auth" => "review",
                "aws-auth" => "answer of STS",
                _ => "directory",
            };
            machine.refuses(&proof, check).await;
        }
    })
    .await;
}

#[tokio::test]
async fn however_many_things_are_asked_a_login_has_one_limit() {
    let judgement = Duration::from_millis(50);
    each_engine_within(Limits { judgement, ..PATIENT }, async |server, silent| {
        let admin = server.with_admin().await;
        for (machine, proof) in machines(&admin, silent).await {
            machine.refuses(&proof, "time limit").await;
        }
    })
    .await;
}

#[tokio::test]
async fn those_who_wait_hold_up_nobody_else() {
    each_engine_within(PATIENT, async |server, silent| {
        let admin = server.with_admin().await;
        let stuck = machines(&admin, silent).await;
        let waiting = stuck.iter().flat_map(|(machine, proof)| (0..20).map(|_| machine.login(proof)));
        let waiting = async {
            join_all(waiting).await;
            panic!("nobody has answered those");
        };
        let others = async {
            let cluster = Cluster::start();
            let settings = cluster.settings(json!({ "allowedNames": "web" }));
            let of_cluster = Vouched::new(&admin, "kubernetes-auth", settings).await;
            for _ in 0..10 {
                of_cluster.token(&proof(&cluster.token("system:serviceaccount:shop:web"))).await;
            }
            let signer = Signer::new("a");
            let settings =
                json!({ "configurationType": "static", "publicKeys": [signer.pem()], "boundSubject": "x" });
            let by_key = Vouched::new(&admin, "jwt-auth", settings).await;
            let claims = json!({ "sub": "x", "exp": START.seconds() + 300 });
            by_key.token(&proof(&signer.sign(&claims))).await;
        };
        tokio::select! {
            () = waiting => {}
            () = others => {}
        }
    })
    .await;
}

/// Whoever administers an organization can name as many silent hosts as they like.
#[tokio::test]
async fn those_of_one_organization_who_wait_for_many_hosts_hold_up_no_other_organization() {
    each_engine_within(PATIENT, async |server, _| {
        let admin = server.with_admin().await;
        let hosts: Vec<Silent> = (0..9).map(|_| Silent::start()).collect();
        let token = proof(&Signer::new("a").sign(&json!({ "sub": "x" })));
        let mut stuck = Vec::new();
        for Silent { host, .. } in &hosts {
            let settings = json!({ "kubernetesHost": format!("https://{host}"), "allowedNames": "x" });
            stuck.push(Vouched::new(&admin, "kubernetes-auth", settings).await);
        }
        let waiting = stuck.iter().flat_map(|machine| (0..20).map(|_| machine.login(&token)));
        let waiting = async {
            join_all(waiting).await;
            panic!("nobody has answered those");
        };
        let other = server.second_organization().await;
        let others = async {
            let cluster = Cluster::start();
            let settings = cluster.settings(json!({ "allowedNames": "web" }));
            let machine = Vouched::new(&other, "kubernetes-auth", settings).await;
            for _ in 0..10 {
                machine.token(&proof(&cluster.token("system:serviceaccount:shop:web"))).await;
            }
        };
        tokio::select! {
            () = waiting => {}
            () = others => {}
        }
    })
    .await;
}

#[tokio::test]
async fn only_so_many_wait_for_one_and_the_others_are_told_at_once() {
    each_engine_within(PATIENT, async |server, silent| {
        let admin = server.with_admin().await;
        for (machine, proof) in machines(&admin, silent).await {
            let all: FuturesUnordered<_> = (0..1_100).map(|_| machine.login(&proof)).collect();
            let mut all = Box::pin(all);
            let first = all.next().await.unwrap();
            assert!([401, 429].contains(&first.status), "{}: {}", machine.method, first.text);
        }
    })
    .await;
}

#[tokio::test]
async fn keys_that_are_known_are_enough_while_their_signer_is_silent() {
    each_engine_within(PATIENT, async |server, _| {
        let admin = server.with_admin().await;
        let signer = Signer::new("a");
        let provider = StandIn::start(|_| (404, String::new()));
        let keys = key_set(&[&signer]);
        provider.will_answer(move |_| (200, keys.clone()));
        let settings = json!({ "configurationType": "jwks", "jwksUrl": provider.url, "boundSubject": "x",
            "jwksCaCert": provider.certificate });
        let machine = Vouched::new(&admin, "jwt-auth", settings).await;
        let token = |seconds| proof(&signer.sign(&json!({ "sub": "x", "exp": START.seconds() + seconds })));
        machine.token(&token(300)).await;

        let (release, released) = mpsc::channel::<()>();
        provider.will_answer(move |_| {
            let _ = released.recv();
            (200, "{}".to_owned())
        });
        server.clock.advance_seconds(6 * 60);
        for _ in 0..10 {
            machine.token(&token(1000)).await;
        }
        drop(release);
    })
    .await;
}
