//! What a rule denies shows in no answer: not by references, old versions, moves or what refers to it.

use serde_json::{Value, json};

use crate::{
    harness::{TestServer, each_engine},
    harness_projects::{Actor, id, organization},
    roles::make_role,
};

/// Works with all secrets of `dev` but those named `HIDDEN…` or tagged `hidden`, and makes none in `prod`.
fn rules() -> Value {
    let denies = |conditions: Value| {
        json!({ "subject": "secrets", "action": ["read", "edit", "create"], "inverted": true,
            "conditions": conditions })
    };
    json!([
        { "subject": "secrets", "action": ["read", "create", "edit", "delete"] },
        denies(json!({ "secretName": { "$glob": "HIDDEN*" } })),
        denies(json!({ "secretTags": { "$in": ["hidden"] } })),
        { "subject": "secrets", "action": "create", "inverted": true, "conditions": { "environment": "prod" } },
        { "subject": "secret-rollback", "action": ["read", "create"] },
        { "subject": "commits", "action": "read" },
    ])
}

struct Shop<'a> {
    ada: Actor<'a>,
    bob: Actor<'a>,
    project: String,
}

async fn shop(server: &TestServer) -> Shop<'_> {
    let acme = organization(server, "acme").await;
    let ada = acme.user("ada@example.test", "admin").await;
    let bob = acme.user("bob@example.test", "member").await;
    let project = ada.project_id("Shop").await;
    make_role(&ada, &project, "worker", rules()).await;
    ada.add_user(&project, &bob, "worker").await;
    Shop { ada, bob, project }
}

impl Shop<'_> {
    async fn secret(&self, environment: &str, name: &str, value: &str) -> String {
        let body = json!({ "projectId": self.project, "environment": environment, "secretValue": value });
        id(&self.ada.ok("POST", &format!("/api/v4/secrets/{name}"), Some(body)).await["secret"])
    }

    async fn change(&self, by: &Actor<'_>, name: &str, change: Value) -> u16 {
        let mut body = json!({ "projectId": self.project, "environment": "dev" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        by.status("PATCH", &format!("/api/v4/secrets/{name}"), Some(body)).await
    }

    async fn used_by(&self, by: &Actor<'_>, secret: &str) -> Value {
        let path = format!("/api/ui/v1/projects/{}/secrets/{secret}/used-by", self.project);
        by.read(&path).await["secrets"].clone()
    }
}

#[tokio::test]
async fn what_refers_to_a_secret_is_told_and_rewritten_within_the_readers_rights() {
    each_engine(async |server| {
        let shop = shop(server).await;
        let host = shop.secret("dev", "HOST", "h").await;
        shop.secret("dev", "URL", "https://${HOST}").await;
        shop.secret("dev", "HIDDEN_URL", "https://${HOST}").await;

        assert_eq!(shop.used_by(&shop.ada, &host).await.as_array().unwrap().len(), 2);
        let seen = shop.used_by(&shop.bob, &host).await;
        assert_eq!(seen.as_array().unwrap().len(), 1, "{seen}");
        let rename = json!({ "newSecretName": "SERVER", "rewriteReferences": true });
        assert_eq!(shop.change(&shop.bob, "HOST", rename.clone()).await, 403);
        assert_eq!(shop.change(&shop.ada, "HOST", rename).await, 200);
        let query = format!("projectId={}&environment=dev&expandSecretReferences=false", shop.project);
        let url = shop.ada.read(&format!("/api/v4/secrets/HIDDEN_URL?{query}")).await;
        assert_eq!(url["secret"]["secretValue"], "https://${SERVER}");
    })
    .await;
}

#[tokio::test]
async fn an_old_version_is_judged_by_its_name_and_tags_then_and_now() {
    each_engine(async |server| {
        let shop = shop(server).await;
        let tag = json!({ "slug": "hidden", "color": "" });
        let tags = format!("/api/v1/projects/{}/tags", shop.project);
        let tag = id(&shop.ada.ok("POST", &tags, Some(tag)).await["tag"]);
        let shown = shop.secret("dev", "HIDDEN_ONCE", "old").await;
        assert_eq!(shop.change(&shop.ada, "HIDDEN_ONCE", json!({ "newSecretName": "SHOWN" })).await, 200);
        let tagged = shop.secret("dev", "TAGGED", "old").await;
        assert_eq!(shop.change(&shop.ada, "TAGGED", json!({ "tagIds": [tag] })).await, 200);
        let versions = |secret: &str| format!("/api/v1/secret/{secret}/secret-versions?offset=0&limit=10");

        let list = shop.bob.read(&versions(&shown)).await["secretVersions"].clone();
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
        assert_eq!(list[0]["version"], 2);
        assert_eq!(shop.bob.status("GET", &versions(&tagged), None).await, 403);
        for (secret, version, status) in
            [(&shown, 1, 403), (&shown, 2, 200), (&tagged, 1, 403), (&tagged, 2, 403)]
        {
            let path = format!("/api/v1/dashboard/secret-versions/{secret}-v{version}/value");
            assert_eq!(shop.bob.status("GET", &path, None).await, status, "{path}");
        }
        assert_eq!(shop.ada.read(&versions(&tagged)).await["secretVersions"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_move_says_nothing_of_what_is_at_the_target_to_those_who_may_not_write_there() {
    each_engine(async |server| {
        let shop = shop(server).await;
        let (taken, free) = (shop.secret("dev", "TAKEN", "v").await, shop.secret("dev", "FREE", "v").await);
        shop.secret("prod", "TAKEN", "v").await;
        let moved = async |by: &Actor<'_>, secret: &str| {
            let body = json!({ "projectId": shop.project, "sourceEnvironment": "dev", "sourceSecretPath": "/",
                "destinationEnvironment": "prod", "destinationSecretPath": "/", "secretIds": [secret] });
            by.status("POST", "/api/v4/secrets/move", Some(body)).await
        };

        assert_eq!((moved(&shop.bob, &taken).await, moved(&shop.bob, &free).await), (403, 403));
        assert_eq!((moved(&shop.ada, &taken).await, moved(&shop.ada, &free).await), (400, 200));
    })
    .await;
}
