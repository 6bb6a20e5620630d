//! What a service token may do: its places, its permissions, and never more than its maker.

use serde_json::{Value, json};

use crate::{
    harness::{Admin, TestServer, each_engine},
    harness_projects::{Actor, organization},
    service_tokens::{PATH, Token, body, made, make, read},
};

/// Makes folders and a secret in each.
async fn fill(admin: &Admin<'_>, project: &str, folders: &[&str]) {
    for folder in folders {
        let (parent, name) = folder.rsplit_once('/').unwrap();
        let parent = if parent.is_empty() { "/" } else { parent };
        if !name.is_empty() {
            let body = json!({ "workspaceId": project, "environment": "dev", "name": name, "path": parent });
            admin.ok("POST", "/api/v1/folders", Some(body)).await;
        }
        let body =
            json!({ "workspaceId": project, "environment": "dev", "secretPath": folder, "secretValue": "v" });
        admin.ok("POST", "/api/v3/secrets/raw/FOO", Some(body)).await;
    }
}

#[tokio::test]
async fn a_path_of_a_scope_is_a_pattern() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let folders = ["/", "/app", "/app/web", "/app/web/deep", "/other", "/app-2"];
        fill(&admin, &project, &folders).await;
        let cases: [(&str, &[&str]); 6] = [
            ("/", &["/"]),
            ("/**", &folders),
            ("/app", &["/app"]),
            ("/app/", &["/app"]),
            ("/app/**", &["/app", "/app/web", "/app/web/deep"]),
            ("/*/web", &["/app/web"]),
        ];
        for (pattern, readable) in cases {
            // A second place, so that none is the only one.
            let token = make(&admin, &project, &[("dev", pattern), ("prod", "/")], &["read"]).await;
            for folder in folders {
                let at = format!("environment=dev&secretPath={folder}");
                let status = read(server, &token.text, &project, &at, "FOO").await.status;
                let expected = if readable.contains(&folder) { 200 } else { 403 };
                assert_eq!(status, expected, "{pattern} {folder}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_of_one_folder_reads_that_folder_whatever_is_named_and_writes_nowhere_else() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (project, other) = (admin.project("Shop").await, admin.project("Other").await);
        fill(&admin, &project, &["/app"]).await;
        let token = make(&admin, &project, &[("dev", "/app")], &["read", "write"]).await;
        for query in ["", "environment=prod", &format!("workspaceId={other}&environment=prod&secretPath=/x")]
        {
            for path in
                ["/api/v3/secrets/raw", "/api/v4/secrets", "/api/v3/secrets/raw/FOO", "/api/v4/secrets/FOO"]
            {
                let answer = server.call("GET", &format!("{path}?{query}"), Some(&token.text), None).await;
                let secret = if path.ends_with("FOO") { "/secret" } else { "/secrets/0" };
                let secret = answer.body.pointer(secret).unwrap_or(&Value::Null);
                assert_eq!(secret["secretPath"], "/app", "{path}?{query}: {}", answer.text);
            }
        }
        let mut at = json!({ "workspaceId": project, "environment": "prod", "secretValue": "x" });
        let elsewhere =
            server.call("POST", "/api/v3/secrets/raw/NEW", Some(&token.text), Some(at.clone())).await;
        assert_eq!(elsewhere.status, 403, "{}", elsewhere.text);
        (at["environment"], at["secretPath"]) = (json!("dev"), json!("/app"));
        let there = server.call("POST", "/api/v3/secrets/raw/NEW", Some(&token.text), Some(at)).await;
        assert_eq!(there.status, 200, "{}", there.text);
    })
    .await;
}

#[tokio::test]
async fn reading_and_writing_are_apart_and_places_too() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        fill(&admin, &project, &["/"]).await;
        let scopes = [("dev", "/"), ("prod", "/")];
        let reader = make(&admin, &project, &scopes, &["read"]).await;
        let writer = make(&admin, &project, &scopes, &["write"]).await;
        let write = async |token: &Token, name: &str, environment: &str| {
            let body = json!({ "workspaceId": project, "environment": environment, "secretValue": "x" });
            let path = format!("/api/v3/secrets/raw/{name}");
            server.call("POST", &path, Some(&token.text), Some(body)).await.status
        };
        assert_eq!(write(&reader, "A", "dev").await, 403);
        assert_eq!(write(&writer, "A", "dev").await, 200);
        assert_eq!(write(&writer, "A", "staging").await, 403);
        assert_eq!(read(server, &reader.text, &project, "environment=dev", "A").await.status, 200);
        assert_eq!(read(server, &writer.text, &project, "environment=dev", "A").await.status, 403);
        let folder = json!({ "workspaceId": project, "environment": "dev", "name": "x", "path": "/" });
        for (token, status) in [(&reader, 403), (&writer, 200)] {
            let answer =
                server.call("POST", "/api/v1/folders", Some(&token.text), Some(folder.clone())).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }
        // What it may write is no way to what it may not read: neither by a reference nor by an import.
        let body = json!({ "workspaceId": project, "environment": "dev", "secretValue": "${prod.FOO}" });
        let refer = server.call("POST", "/api/v3/secrets/raw/REF", Some(&writer.text), Some(body)).await;
        assert_eq!(refer.status, 403, "{}", refer.text);
        let import = json!({ "projectId": project, "environment": "prod", "path": "/",
            "import": { "environment": "dev", "path": "/" } });
        let import = server.call("POST", "/api/v2/secret-imports", Some(&writer.text), Some(import)).await;
        assert_eq!(import.status, 403, "{}", import.text);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_nothing_in_another_project_or_organization() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (project, other) = (admin.project("Shop").await, admin.project("Other").await);
        admin.secret(&other, "FOO", "canary-value").await;
        let token = make(&admin, &project, &[("dev", "/**")], &["read", "write"]).await;
        let stranger = server.second_organization().await;
        let foreign = stranger.project("Theirs").await;
        stranger.secret(&foreign, "FOO", "canary-value").await;
        let unknown = "00000000-0000-4000-8000-000000000000";
        for (project, status) in [(&*other, 403), (&*foreign, 404), (unknown, 404)] {
            let read = read(server, &token.text, project, "environment=dev", "FOO").await;
            assert_eq!(read.status, status, "{}", read.text);
            let body = json!({ "workspaceId": project, "environment": "dev", "secretValue": "x" });
            let write = server.call("POST", "/api/v3/secrets/raw/NEW", Some(&token.text), Some(body)).await;
            assert_eq!(write.status, status, "{}", write.text);
            let shown =
                server.call("GET", &format!("/api/v1/projects/{project}"), Some(&token.text), None).await;
            assert_eq!(shown.status, status, "{}", shown.text);
        }
        for (method, path) in [
            ("DELETE", format!("{PATH}/{}", token.id)),
            ("GET", format!("/api/v1/projects/{project}/service-token-data")),
        ] {
            assert_eq!(stranger.call(method, &path, None).await.status, 404, "{method}");
        }
        assert_eq!(
            stranger.call("POST", PATH, Some(body(&project, &[("dev", "/")], &["read"]))).await.status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn listing_making_and_deleting_take_the_rights_on_service_tokens() {
    each_engine(async |server| {
        let place = organization(server, "acme").await;
        let owner = place.user("owner@example.test", "admin").await;
        let project = owner.project_id("Shop").await;
        let token = made(&owner.ok("POST", PATH, Some(body(&project, &[("dev", "/")], &["read"]))).await);
        let one = format!("{PATH}/{}", token.id);
        let list = format!("/api/v1/projects/{project}/service-token-data");
        for (role, read, create) in [("viewer", 200, 403), ("no-access", 403, 403), ("member", 200, 200)] {
            let person = place.user(&format!("{role}@example.test"), "member").await;
            owner.add_user(&project, &person, role).await;
            assert_eq!(person.status("GET", &list, None).await, read, "{role}");
            let new = body(&project, &[("dev", "/")], &["read"]);
            assert_eq!(person.status("POST", PATH, Some(new)).await, create, "{role}");
            assert_eq!(person.status("DELETE", &one, None).await, create, "{role}");
        }
        let outsider = place.user("outsider@example.test", "member").await;
        assert_eq!(outsider.status("DELETE", &one, None).await, 404);
        assert_eq!(outsider.status("GET", &list, None).await, 403);
        assert_eq!(
            outsider.status("POST", PATH, Some(body(&project, &[("dev", "/")], &["read"]))).await,
            403
        );
        let machine = place.machine("robot", "member").await;
        owner.add_machine(&project, &machine, "admin").await;
        assert_eq!(machine.status("GET", &list, None).await, 200);
        let new = body(&project, &[("dev", "/")], &["read"]);
        assert_eq!(machine.status("POST", PATH, Some(new)).await, 403, "only people make tokens");
    })
    .await;
}

/// A person whose role reads secrets of `dev` and makes tokens, and a token of theirs.
struct Maker<'a> {
    owner: Actor<'a>,
    person: Actor<'a>,
    project: String,
    membership: String,
    token: Token,
}

const FULL: &str = r#"[{"subject":"secrets","action":["read","create","edit","delete"]},
    {"subject":"secret-folders","action":["read","create","edit","delete"]},
    {"subject":"secret-imports","action":["read","create","edit","delete"]},
    {"subject":"service-tokens","action":["read","create","edit","delete"]}]"#;

impl<'a> Maker<'a> {
    async fn new(server: &'a TestServer) -> Self {
        let place = organization(server, "acme").await;
        let owner = place.user("owner@example.test", "admin").await;
        let project = owner.project_id("Shop").await;
        let person = place.user("maker@example.test", "member").await;
        let rules: Value = serde_json::from_str(FULL).unwrap();
        let role = json!({ "slug": "maker", "name": "Maker", "permissions": rules });
        owner.ok("POST", &format!("/api/v1/projects/{project}/roles"), Some(role)).await;
        let membership = owner.add_user(&project, &person, "maker").await;
        let value = json!({ "workspaceId": project, "environment": "dev", "secretValue": "v" });
        owner.ok("POST", "/api/v3/secrets/raw/FOO", Some(value)).await;
        let new = body(&project, &[("dev", "/**"), ("prod", "/**")], &["read", "write"]);
        let token = made(&person.ok("POST", PATH, Some(new)).await);
        Self { owner, person, project, membership, token }
    }

    async fn reads(&self) -> u16 {
        read(self.owner.server, &self.token.text, &self.project, "environment=dev", "FOO").await.status
    }

    async fn writes(&self, environment: &str) -> u16 {
        let body = json!({ "workspaceId": self.project, "environment": environment, "secretValue": "w",
            "secrets": [{ "secretKey": "W", "secretValue": "w" }], "mode": "upsert" });
        let server = self.owner.server;
        server.call("PATCH", "/api/v3/secrets/batch/raw", Some(&self.token.text), Some(body)).await.status
    }

    async fn set_rules(&self, rules: Value) {
        let path = format!("/api/v1/projects/{}/roles/slug/maker", self.project);
        let role = self.owner.read(&path).await["role"]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/projects/{}/roles/{role}", self.project);
        self.owner.ok("PATCH", &path, Some(json!({ "permissions": rules }))).await;
    }
}

#[tokio::test]
async fn a_token_gives_what_its_maker_holds_now_and_no_more() {
    each_engine(async |server| {
        let maker = Maker::new(server).await;
        assert_eq!(
            (maker.reads().await, maker.writes("dev").await, maker.writes("prod").await),
            (200, 200, 200)
        );

        // Only reading is left to the maker, then only one environment, then nothing.
        maker.set_rules(json!([{ "subject": "secrets", "action": ["read"] }])).await;
        assert_eq!((maker.reads().await, maker.writes("dev").await), (200, 403));
        let all = ["read", "create", "edit", "delete"];
        let in_prod = json!({ "subject": "secrets", "action": all, "conditions": { "environment": "prod" } });
        maker.set_rules(json!([in_prod])).await;
        assert_eq!(
            (maker.reads().await, maker.writes("dev").await, maker.writes("prod").await),
            (403, 403, 200)
        );
        let denial = json!({ "subject": "secrets", "action": ["read"], "inverted": true,
            "conditions": { "secretName": "FOO" } });
        maker.set_rules(json!([{ "subject": "secrets", "action": all }, denial])).await;
        assert_eq!((maker.reads().await, maker.writes("dev").await), (403, 200));
        maker.set_rules(json!([{ "subject": "tags", "action": ["read"] }])).await;
        assert_eq!((maker.reads().await, maker.writes("prod").await), (403, 403));

        // What the maker holds again, the token gives again.
        maker.set_rules(serde_json::from_str(FULL).unwrap()).await;
        assert_eq!((maker.reads().await, maker.writes("dev").await), (200, 200));
    })
    .await;
}

#[tokio::test]
async fn a_token_gives_nothing_once_its_maker_left() {
    each_engine(async |server| {
        let maker = Maker::new(server).await;
        let organization = format!("/api/v2/organizations/{}/memberships", organization_of(&maker).await);
        let members = maker.owner.read(&organization).await["users"].clone();
        let mut members = members.as_array().unwrap().iter();
        let member = members.find(|member| member["userId"] == json!(maker.person.id)).unwrap()["id"].clone();
        let member = format!("{organization}/{}", member.as_str().unwrap());

        maker.owner.ok("PATCH", &member, Some(json!({ "isActive": false }))).await;
        assert_eq!((maker.reads().await, maker.writes("dev").await), (403, 403), "suspended");
        maker.owner.ok("PATCH", &member, Some(json!({ "isActive": true }))).await;
        assert_eq!(maker.reads().await, 200, "back again");

        let membership = format!("/api/v1/workspace/{}/memberships/{}", maker.project, maker.membership);
        maker.owner.ok("DELETE", &membership, None).await;
        assert_eq!((maker.reads().await, maker.writes("dev").await), (403, 403), "removed from the project");
        // Whoever looks after the project still sees the token and can delete it.
        let list = format!("/api/v1/projects/{}/service-token-data", maker.project);
        assert_eq!(maker.owner.read(&list).await["serviceTokenData"].as_array().unwrap().len(), 1);

        let gone = maker.person.call("DELETE", "/api/v2/users/me", None).await;
        assert_eq!(gone.status, 200, "{}", gone.text);
        assert_eq!(maker.reads().await, 404, "with the account goes the token");
    })
    .await;
}

async fn organization_of(maker: &Maker<'_>) -> String {
    let shown = maker.owner.read(&format!("/api/v1/projects/{}", maker.project)).await;
    shown["project"]["orgId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_temporary_right_of_the_maker_ends_for_the_token_too() {
    each_engine(async |server| {
        let maker = Maker::new(server).await;
        maker.set_rules(json!([{ "subject": "tags", "action": ["read"] }])).await;
        assert_eq!(maker.reads().await, 403);
        let rules: Value = serde_json::from_str(FULL).unwrap();
        let privilege = json!({ "projectMembershipId": maker.membership, "permissions": rules, "type": {
            "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
            "temporaryAccessStartTime": "2026-01-31T12:00:00.000Z" } });
        maker.owner.ok("POST", "/api/v1/user-project-additional-privilege", Some(privilege)).await;

        for _ in 0..2 {
            assert_eq!(maker.reads().await, 200);
        }
        server.clock.advance_seconds(3599);
        assert_eq!(maker.reads().await, 200);
        server.clock.advance_seconds(1);
        assert_eq!(maker.reads().await, 403);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_do_more_than_they() {
    each_engine(async |server| {
        let maker = Maker::new(server).await;
        let crud = json!(["read", "create", "edit", "delete"]);
        let on = |subject: &str, conditions: Value| {
            let mut rule = json!({ "subject": subject, "action": crud });
            if !conditions.is_null() {
                rule["conditions"] = conditions;
            }
            rule
        };
        let below = json!({ "environment": "dev", "secretPath": { "$glob": "/app/**" } });
        maker
            .set_rules(json!([
                on("secrets", below.clone()),
                on("secret-folders", below.clone()),
                on("secret-imports", below),
                on("service-tokens", Value::Null)
            ]))
            .await;
        for (scopes, permissions, status) in [
            (vec![("dev", "/app/**")], vec!["read", "write"], 200),
            (vec![("dev", "/app/web")], vec!["write"], 200),
            (vec![("dev", "/app/*/x")], vec!["read"], 200),
            (vec![("dev", "/**")], vec!["read"], 403),
            (vec![("dev", "/")], vec!["read"], 403),
            (vec![("dev", "/*/web")], vec!["read"], 403),
            (vec![("prod", "/app/**")], vec!["read"], 403),
            (vec![("dev", "/app/**"), ("prod", "/app")], vec!["read"], 403),
        ] {
            let answer =
                maker.person.call("POST", PATH, Some(body(&maker.project, &scopes, &permissions))).await;
            assert_eq!(answer.status, status, "{scopes:?}: {}", answer.text);
            if status == 403 {
                assert_eq!(answer.body["error"], "PermissionBoundaryError");
                assert!(!answer.body["details"]["missingPermissions"].as_array().unwrap().is_empty());
            }
        }
    })
    .await;
}
