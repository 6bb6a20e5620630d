//! Several servers on one database: what is taken away on one is refused on the others within the
//! staleness bound, also by one that hears nothing of the others.

use serde_json::{Value, json};
use tacit_store::{Settings, feed, revisions::TRUST_MAX};

use crate::{
    harness::{Admin, TestServer, node, postgres_schema},
    service_tokens::make,
};

/// A machine that reads at one node while the other is used to take something from it.
struct Scene<'a> {
    admin: &'a Admin<'a>,
    project: String,
    identity: String,
    client_id: String,
    client_secret: String,
    token: String,
}

impl<'a> Scene<'a> {
    async fn new(admin: &'a Admin<'a>) -> Self {
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        let (identity, client_id, client_secret) = admin.machine("reader", "no-access").await;
        let path = format!("/api/v2/workspace/{project}/identity-memberships/{identity}");
        admin.ok("POST", &path, Some(json!({ "role": "viewer" }))).await;
        let token = admin.server.machine_token(&client_id, &client_secret).await;
        Self { admin, project, identity, client_id, client_secret, token }
    }

    /// The status and the value that the reader gets at a node.
    async fn read(&self, node: &TestServer) -> (u16, Value) {
        let path = format!("/api/v3/secrets/raw/FOO?workspaceId={}&environment=dev", self.project);
        let answer = node.call("GET", &path, Some(&self.token), None).await;
        (answer.status, answer.body["secret"]["secretValue"].clone())
    }

    async fn take_away(&self, what: &str) {
        let Self { admin, project, identity, .. } = self;
        let membership = format!("/api/v1/projects/{project}/identity-memberships/{identity}");
        let universal_auth = format!("/api/v1/auth/universal-auth/identities/{identity}");
        let (method, path, body) = match what {
            "token" => {
                let body = json!({ "accessToken": self.token });
                ("POST", "/api/v1/auth/token/revoke".to_owned(), body)
            }
            "client secret" => {
                let secrets = admin.ok("GET", &format!("{universal_auth}/client-secrets"), None).await;
                let id = secrets["clientSecretData"][0]["id"].as_str().unwrap().to_owned();
                ("POST", format!("{universal_auth}/client-secrets/{id}/revoke"), json!({}))
            }
            "method" => ("DELETE", universal_auth, json!({})),
            "addresses" => {
                let ips = json!([{ "ipAddress": "10.9.9.9" }]);
                ("PATCH", universal_auth, json!({ "accessTokenTrustedIps": ips }))
            }
            "identity" => ("DELETE", format!("/api/v1/identities/{identity}"), json!({})),
            "membership" => ("DELETE", membership, json!({})),
            "role" => ("PATCH", membership, json!({ "roles": [{ "role": "no-access" }] })),
            "plaintext reads" => {
                ("PATCH", format!("/api/v1/projects/{project}"), json!({ "plaintextReads": false }))
            }
            "secret" => {
                let body = json!({ "workspaceId": project, "environment": "dev" });
                ("DELETE", "/api/v3/secrets/raw/FOO".to_owned(), body)
            }
            project_itself => {
                assert_eq!(project_itself, "project");
                ("DELETE", format!("/api/v1/projects/{project}"), json!({}))
            }
        };
        admin.ok(method, &path, Some(body)).await;
    }
}

const RIGHTS: [&str; 10] = [
    "token",
    "client secret",
    "method",
    "addresses",
    "identity",
    "membership",
    "role",
    "plaintext reads",
    "secret",
    "project",
];

#[tokio::test]
async fn what_is_taken_away_on_one_node_is_refused_on_the_others_within_the_bound() {
    let Some(url) = postgres_schema().await else { return };
    let settings = Settings::Postgres(url);
    let (here, there, cut_off) =
        (node(&settings, 1).await, node(&settings, 2).await, node(&settings, 3).await);
    let admin = here.with_admin().await;
    for what in RIGHTS {
        let scene = Scene::new(&admin).await;
        for node in [&here, &there, &cut_off] {
            feed::follow(&node.app.database, node.app.uptime()).await.unwrap();
            for _ in 0..2 {
                assert_eq!(scene.read(node).await, (200, json!("BAR")), "{what}");
            }
        }

        scene.take_away(what).await;

        assert!(scene.read(&here).await.0 >= 400, "{what}: at once where it was taken away");
        assert_eq!(scene.read(&cut_off).await, (200, json!("BAR")), "{what}: else this test shows nothing");
        feed::follow(&there.app.database, there.app.uptime()).await.unwrap();
        assert!(scene.read(&there).await.0 >= 400, "{what}: where the feed was heard");
        for node in [&here, &there, &cut_off] {
            node.clock.advance_seconds(TRUST_MAX / 1000 + 1);
        }
        assert!(scene.read(&cut_off).await.0 >= 400, "{what}: where nothing was heard, after the bound");
    }
}

#[tokio::test]
async fn what_is_given_on_one_node_is_there_on_the_others() {
    let Some(url) = postgres_schema().await else { return };
    let settings = Settings::Postgres(url);
    let (here, there) = (node(&settings, 1).await, node(&settings, 2).await);
    let admin = here.with_admin().await;
    let scene = Scene::new(&admin).await;
    assert_eq!(scene.read(&there).await, (200, json!("BAR")));

    scene.take_away("membership").await;
    feed::follow(&there.app.database, there.app.uptime()).await.unwrap();
    assert_eq!(scene.read(&there).await.0, 403);
    let path = format!("/api/v2/workspace/{}/identity-memberships/{}", scene.project, scene.identity);
    admin.ok("POST", &path, Some(json!({ "role": "viewer" }))).await;
    assert_eq!(scene.read(&there).await, (200, json!("BAR")), "a refusal is never remembered");

    let change = json!({ "workspaceId": scene.project, "environment": "dev", "secretValue": "NEW" });
    admin.ok("PATCH", "/api/v3/secrets/raw/FOO", Some(change)).await;
    assert_eq!(scene.read(&here).await, (200, json!("NEW")), "at once where it was written");
    feed::follow(&there.app.database, there.app.uptime()).await.unwrap();
    assert_eq!(scene.read(&there).await, (200, json!("NEW")), "where the feed was heard");
    let (id, secret) = (&scene.client_id, &scene.client_secret);
    assert_eq!(there.machine_token(id, secret).await.split('.').count(), 3);
}

/// Whether a token counts is read at each use; what its maker holds is heard of within the bound.
#[tokio::test]
async fn a_service_token_ends_at_once_on_every_node_and_loses_rights_within_the_bound() {
    let Some(url) = postgres_schema().await else { return };
    let settings = Settings::Postgres(url);
    let (here, cut_off) = (node(&settings, 1).await, node(&settings, 2).await);
    let admin = here.with_admin().await;
    let mut scene = Scene::new(&admin).await;
    let place = [("dev", "/**"), ("prod", "/")];
    let (kept, gone) = (
        make(&admin, &scene.project, &place, &["read"]).await,
        make(&admin, &scene.project, &place, &["read"]).await,
    );
    for token in [&gone.text, &kept.text] {
        scene.token.clone_from(token);
        for node in [&here, &cut_off] {
            feed::follow(&node.app.database, node.app.uptime()).await.unwrap();
            for _ in 0..2 {
                assert_eq!(scene.read(node).await, (200, json!("BAR")));
            }
        }
    }

    admin.ok("DELETE", &format!("/api/v2/service-token/{}", gone.id), None).await;
    scene.token.clone_from(&gone.text);
    for node in [&here, &cut_off] {
        assert_eq!(scene.read(node).await.0, 404);
    }

    scene.token.clone_from(&kept.text);
    let mut db = here.app.database.begin().await.unwrap();
    let organization = tacit_core::id::OrganizationId::new(&admin.organization_id);
    let maker = tacit_core::id::UserId::new(&admin.user_id);
    let membership =
        tacit_store::organization_memberships::find(&mut db, &organization, &maker).await.unwrap().unwrap();
    tacit_store::organization_memberships::delete(&mut db, &membership).await.unwrap();
    db.commit().await.unwrap();
    assert_eq!(scene.read(&here).await.0, 403, "at once where it was taken away");
    cut_off.clock.advance_seconds(TRUST_MAX / 1000 + 1);
    assert_eq!(scene.read(&cut_off).await.0, 403, "where nothing was heard, after the bound");
}
