//! An organization with one thing of each kind, and some that are in nothing yet.

use serde_json::{Value, json};
use tacit_core::id::WebhookId;
use tacit_store::webhook_deliveries::{self, WebhookDeliveryRow};

use crate::{
    harness::{Admin, TestServer},
    harness_auth_methods::samples,
    harness_passkeys::{call, challenge, created, new_passkey},
};

/// What secrets and addresses hold, so that it is found where it must not be.
pub const CANARY: &str = "canary-value";
/// The password of every person.
pub const PASSWORD: &str = "correct horse battery";

/// An organization and the names of what is in it.
pub struct World<'a> {
    pub admin: Admin<'a>,
    /// Ids, slugs and names; what each is called is in `requests.rs`.
    pub ids: Value,
    /// The token of a machine that is admin of the organization and of the project.
    pub machine: String,
}

impl<'a> World<'a> {
    /// Fills an organization. Names of people begin with `prefix`.
    pub async fn fill(admin: Admin<'a>, prefix: &str) -> Self {
        let (root, root_client, root_secret) = admin.machine("root", "admin").await;
        let machine = admin.server.machine_token(&root_client, &root_secret).await;
        let shop = admin.ok("POST", "/api/v2/workspace", Some(json!({ "projectName": "Shop" }))).await;
        let ids = json!({
            "organization": admin.organization_id, "project": shop["project"]["id"],
            "project_slug": shop["project"]["slug"], "environment_slug": "dev",
            "environment": environment(&shop, "dev"), "user": admin.user_id, "name": "FOO",
            "folder_path": "folder",
        });
        let mut world = Self { admin, ids, machine };
        let path = format!("/api/v2/workspace/{}/identity-memberships/{root}", world.id("project"));
        world.admin.ok("POST", &path, Some(json!({ "role": "admin" }))).await;
        world.add_people(prefix).await;
        world.add_machines().await;
        world.add_secrets().await;
        world.add_groups().await;
        world.add_roles().await;
        world.add_privileges().await;
        world.add_history().await;
        world.add_webhook().await;
        world.add_audit_stream().await;
        world.add_older_credentials().await;
        world.add_passkey().await;
        world.add_refusal().await;
        world
    }

    /// A name of something that is there.
    pub fn id(&self, name: &str) -> &str {
        self.ids[name].as_str().unwrap()
    }

    fn set(&mut self, name: &str, value: &Value) {
        assert!(value.is_string(), "{name}: {value}");
        self.ids[name] = value.clone();
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.admin.ok("POST", path, Some(body)).await
    }

    async fn get(&self, path: &str) -> Value {
        self.admin.ok("GET", path, None).await
    }

    /// One person in the project, one who is in the organization alone, one who is invited.
    async fn add_people(&mut self, prefix: &str) {
        let organization = self.admin.organization_id.clone();
        for name in ["member", "free"] {
            let email = format!("{prefix}-{name}@example.test");
            let user = self.admin.server.add_user(&email, PASSWORD).await;
            self.admin.server.add_to_organization(&organization, &user, "member").await;
            self.set(&format!("{name}_email"), &json!(email));
            self.set(&format!("{name}_user"), &json!(user));
        }
        let body = json!({ "emails": [self.id("member_email")], "roleSlugs": ["viewer"] });
        let added = self.post(&format!("/api/v1/projects/{}/memberships", self.id("project")), body).await;
        self.set("user_membership", &added["memberships"][0]["id"]);
        let email = format!("{prefix}-invited@example.test");
        let body = json!({ "inviteeEmails": [email], "organizationId": organization,
            "organizationRoleSlug": "member" });
        self.post("/api/v1/invite-org/signup", body).await;
        let members = self.get(&format!("/api/v2/organizations/{organization}/memberships")).await;
        for member in members["users"].as_array().unwrap() {
            if member["user"]["email"] == json!(email) {
                self.set("invited_membership", &member["id"]);
            } else if member["user"]["email"] == self.ids["member_email"] {
                self.set("org_membership", &member["id"]);
            }
        }
        let me = self.get("/api/v2/users/me").await;
        self.set("own_email", &me["user"]["email"]);
        let sessions = self.get("/api/v2/users/me/sessions").await;
        self.set("session", &sessions[0]["id"]);
    }

    /// One machine in the project with both ways to log in, one without any.
    async fn add_machines(&mut self) {
        let (identity, client_id, client_secret) = self.admin.machine("machine", "no-access").await;
        self.ids["identity"] = json!(identity);
        self.ids["client_id"] = json!(client_id);
        self.ids["client_secret_text"] = json!(client_secret);
        let path = format!("/api/v2/workspace/{}/identity-memberships/{identity}", self.id("project"));
        let added = self.post(&path, json!({ "role": "viewer" })).await;
        self.set("identity_membership", &added["identityMembership"]["id"]);
        let secrets = format!("/api/v1/auth/universal-auth/identities/{identity}/client-secrets");
        let secrets = self.get(&secrets).await;
        self.set("client_secret", &secrets["clientSecretData"][0]["id"]);
        let token_auth = format!("/api/v1/auth/token-auth/identities/{identity}");
        self.post(&token_auth, json!({})).await;
        for (method, settings) in samples() {
            self.post(&format!("/api/v1/auth/{method}/identities/{identity}"), settings).await;
        }
        let token = self.post(&format!("{token_auth}/tokens"), json!({})).await;
        self.set("token", &token["tokenData"]["id"]);
        self.set("token_text", &token["accessToken"]);
        let body = json!({ "name": "free", "role": "no-access", "organizationId": self.id("organization") });
        let free = self.post("/api/v1/identities", body).await;
        self.set("free_identity", &free["identity"]["id"]);
    }

    async fn add_secrets(&mut self) {
        let project = self.id("project").to_owned();
        self.admin.secret(&project, "FOO", CANARY).await;
        let body = json!({ "workspaceId": project, "environment": "dev", "name": "folder" });
        let folder = self.post("/api/v1/folders", body).await;
        self.set("folder", &folder["folder"]["id"]);
        let tags = format!("/api/v1/projects/{project}/tags");
        for (slug, name) in [("a", "tag"), ("b", "other_tag")] {
            let tag = self.post(&tags, json!({ "slug": slug, "color": "" })).await;
            self.set(name, &tag["tag"]["id"]);
        }
        self.ids["tag_slug"] = json!("a");
        let body = json!({ "projectId": project, "environment": "dev", "tagIds": [self.id("tag")] });
        let secret = self.admin.ok("PATCH", "/api/v4/secrets/FOO", Some(body)).await;
        self.set("secret", &secret["secret"]["id"]);
        let body = json!({ "projectId": project, "environment": "dev", "path": "/",
            "import": { "environment": "prod", "path": "/" }, "isReplication": true });
        let import = self.post("/api/v2/secret-imports", body).await;
        self.set("import", &import["secretImport"]["id"]);
    }

    async fn add_groups(&mut self) {
        let project = self.id("project").to_owned();
        for (name, key) in [("Group", "group"), ("Free", "free_group")] {
            let group = self.post("/api/v1/groups", json!({ "name": name, "role": "no-access" })).await;
            self.set(key, &group["id"]);
        }
        let group = self.id("group").to_owned();
        self.post(&format!("/api/v1/projects/{project}/groups/{group}"), json!({ "role": "viewer" })).await;
        let members = format!("/api/v1/groups/{group}");
        self.post(&format!("{members}/users/{}", self.id("member_email")), json!({})).await;
        self.post(&format!("{members}/machine-identities/{}", self.id("identity")), json!({})).await;
    }

    async fn add_roles(&mut self) {
        let rules = json!([{ "subject": "secrets", "action": ["read"] }]);
        let body = json!({ "slug": "seller", "name": "Seller", "permissions": rules });
        let role = self.post(&format!("/api/v1/projects/{}/roles", self.id("project")), body).await;
        self.set("role", &role["role"]["id"]);
        let rules = json!([{ "subject": "groups", "action": ["read"] }]);
        let body = json!({ "slug": "clerk", "name": "Clerk", "permissions": rules });
        let role = self.post("/api/v1/organization/roles", body).await;
        self.set("org_role", &role["role"]["id"]);
        self.ids["role_slug"] = json!("seller");
        self.ids["org_role_slug"] = json!("clerk");
    }

    async fn add_privileges(&mut self) {
        let rules = json!([{ "subject": "secrets", "action": ["read"] }]);
        let body = json!({ "identityId": self.id("identity"), "projectId": self.id("project"),
            "slug": "more", "permissions": rules });
        let privilege = self.post("/api/v2/identity-project-additional-privilege", body).await;
        self.set("identity_privilege", &privilege["privilege"]["id"]);
        self.ids["privilege_slug"] = json!("more");
        let body = json!({ "projectMembershipId": self.id("user_membership"), "permissions": rules });
        let privilege = self.post("/api/v1/user-project-additional-privilege", body).await;
        self.set("user_privilege", &privilege["privilege"]["id"]);
    }

    async fn add_history(&mut self) {
        let query = format!("projectId={}&environment=dev&path=/", self.id("project"));
        let commits = self.get(&format!("/api/v1/pit/commits?{query}")).await;
        let count = commits["commits"].as_array().unwrap().len();
        self.set("commit", &commits["commits"][0]["id"]);
        self.set("first_commit", &commits["commits"][count - 1]["id"]);
        let list = format!("/api/v1/projects/{}/secret-snapshots?{query}", self.id("project"));
        let snapshots = self.get(&list).await;
        self.set("snapshot", &snapshots["secretSnapshots"][0]["id"]);
        let list = format!("/api/v1/secret/{}/secret-versions?offset=0&limit=1", self.id("secret"));
        let versions = self.get(&list).await;
        self.set("version", &versions["secretVersions"][0]["id"]);
        let body = json!({ "environment": "dev", "key": "FOO", "value": CANARY });
        let own_value = format!("/api/ui/v1/projects/{}/own-value", self.id("project"));
        self.admin.ok("PUT", &own_value, Some(body)).await;
    }

    async fn add_audit_stream(&mut self) {
        let body = json!({ "url": format!("http://127.0.0.2:9/{CANARY}") });
        let stream = self.post("/api/v1/audit-log-streams", body).await;
        self.set("stream", &stream["auditLogStream"]["id"]);
    }

    async fn add_webhook(&mut self) {
        let body = json!({ "projectId": self.id("project"), "environment": "dev",
            "webhookUrl": format!("http://127.0.0.2:9/{CANARY}") });
        let webhook = self.post("/api/v1/webhooks", body).await;
        self.set("webhook", &webhook["webhook"]["id"]);
        let app = &self.admin.server.app;
        let delivery = WebhookDeliveryRow {
            id: app.new_id(),
            webhook_id: WebhookId::new(self.id("webhook")),
            secret_path: "/".to_owned(),
            revision: 1,
            state: webhook_deliveries::DEAD.to_owned(),
            attempts: 5,
            next_attempt_at: app.now(),
            lease_expires_at: app.now(),
            last_error: None,
            created_at: app.now(),
            updated_at: app.now(),
        };
        let mut tx = app.database.begin().await.unwrap();
        webhook_deliveries::insert(&mut tx, &delivery).await.unwrap();
        tx.commit().await.unwrap();
        self.set("delivery", &json!(delivery.id.to_string()));
    }
}

impl World<'_> {
    /// A service token of the project, and an API key of the admin.
    async fn add_older_credentials(&mut self) {
        let body = json!({ "projectId": self.id("project"), "name": "old", "permissions": ["read", "write"],
            "scopes": [{ "environment": "staging", "secretPath": "/**" }], "expiresIn": null });
        let token = self.post("/api/v2/service-token", body).await;
        self.set("service_token", &token["serviceTokenData"]["id"]);
        self.set("service_token_text", &token["serviceToken"]);
        let key = self.post("/api/v2/users/me/api-keys", json!({ "name": "old", "expiresIn": 0 })).await;
        self.set("api_key", &key["apiKeyData"]["id"]);
    }

    /// A passkey of the admin, whose session goes on because it was made in it.
    async fn add_passkey(&mut self) {
        let path = "/api/ui/v1/me/passkeys";
        let send = async |path: &str, body: Value| {
            call(self.admin.server, "POST", path, Some(&self.admin.token), Some(body)).await
        };
        let options = send(&format!("{path}/options"), json!({})).await;
        let credential = created(&new_passkey(), &challenge(&options));
        let made = send(path, json!({ "name": "Laptop", "credential": credential })).await;
        self.set("passkey", &made.body["passkey"]["id"]);
    }

    /// A decision: the machine that may only read asked for more.
    async fn add_refusal(&mut self) {
        let path = format!("/api/v1/projects/{}", self.id("project"));
        let body = Some(json!({ "name": "Mine" }));
        let refused = self.admin.server.call("PATCH", &path, Some(self.id("token_text")), body).await;
        self.set("decision", &refused.body["decisionId"]);
        self.set("event", &refused.body["decisionId"]);
    }
}

fn environment<'v>(shop: &'v Value, slug: &str) -> &'v Value {
    let environments = shop["project"]["environments"].as_array().unwrap();
    &environments.iter().find(|environment| environment["slug"] == json!(slug)).unwrap()["id"]
}

/// The first organization of a server.
pub async fn world(server: &TestServer) -> World<'_> {
    World::fill(server.with_admin().await, "ours").await
}

/// Another organization; the first must be there already.
pub async fn other_world(server: &TestServer) -> World<'_> {
    World::fill(server.second_organization().await, "theirs").await
}
