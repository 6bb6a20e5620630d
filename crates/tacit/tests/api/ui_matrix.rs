//! The dashboard's table: a folder in all environments, without values.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, each_engine},
    harness_secrets::TestProject,
};

impl TestProject<'_> {
    /// A route of the dashboard in this project.
    pub fn ui(&self, route: &str) -> String {
        format!("/api/ui/v1/projects/{}/{route}", self.id)
    }

    /// Sends a request of the dashboard as the owner, who is a person.
    pub async fn ui_post(&self, route: &str, body: Value) -> Answer {
        self.owner.call("POST", &self.ui(route), Some(body)).await
    }

    /// Makes a secret in the root of an environment.
    pub async fn put(&self, environment: &str, name: &str, value: &str) -> Value {
        let body = json!({ "workspaceId": self.id, "environment": environment, "secretValue": value });
        self.owner.ok("POST", &format!("/api/v4/secrets/{name}"), Some(body)).await["secret"].clone()
    }

    async fn matrix(&self, path: &str) -> Value {
        self.owner.ok("GET", &self.ui(&format!("matrix?path={path}")), None).await
    }

    /// A person with a role in the project; returns the token.
    pub async fn person(&self, email: &str, role: &str) -> String {
        let server = self.server;
        let id = server.add_user(email, "a long password").await;
        server.add_to_organization(&self.owner.organization_id, &id, "member").await;
        let path = format!("/api/v2/workspace/{}/memberships", self.id);
        self.owner.ok("POST", &path, Some(json!({ "emails": [email], "roleSlugs": [role] }))).await;
        server.sign_in(email, "a long password", &self.owner.organization_id).await
    }
}

#[tokio::test]
async fn it_has_a_row_for_each_name_a_column_for_each_environment_and_no_value() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("dev", "B", "very secret").await;
        project.put("prod", "B", "other secret").await;
        project.put("prod", "A", "very secret").await;
        project.folder("/", "api").await;

        let body = project.matrix("/").await;

        assert_eq!(body["keys"], json!(["A", "B"]));
        let slugs: Vec<_> = body["environments"].as_array().unwrap().iter().map(|one| &one["slug"]).collect();
        assert_eq!(slugs, ["dev", "staging", "prod"]);
        let versions: Vec<_> =
            body["columns"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
        assert_eq!(versions, [&json!([0, 1]), &json!([0, 0]), &json!([1, 1])]);
        assert_eq!(body["folders"][0]["name"], "api");
        assert!(body["folders"][0]["ids"][0].is_string() && body["folders"][0]["ids"][1].is_null());
        assert_eq!(body["changes"][0][3], "ada@example.test");
        assert!(!body.to_string().contains("very secret"));
        assert_eq!(body["plaintextReads"], true);
    })
    .await;
}

#[tokio::test]
async fn cells_say_what_kind_of_value_they_hold_and_which_are_equal() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let tag = project.tag("db").await;
        for (environment, value) in [("dev", "x"), ("staging", "y"), ("prod", "x")] {
            project.put(environment, "SAME", value).await;
        }
        project.put("dev", "EMPTY", "").await;
        project.put("dev", "LINES", "a\nb").await;
        project.put("dev", "REF", "${SAME}").await;
        let described = json!({
            "workspaceId": project.id, "environment": "dev", "secretComment": "why", "tagIds": [tag],
            "secretMetadata": [{ "key": "k", "value": "v" }], "skipMultilineEncoding": true,
            "secretReminderRepeatDays": 3,
        });
        admin.ok("PATCH", "/api/v4/secrets/LINES", Some(described)).await;

        let body = project.matrix("/").await;

        assert_eq!(body["keys"], json!(["EMPTY", "LINES", "REF", "SAME"]));
        assert_eq!(body["columns"][0]["flags"], json!([1, 4 + 8 + 256 + 512 + 1024, 2, 0]));
        // Three more of the same.
        assert_eq!(body["columns"][0]["sameAs"], json!([0, -3]));
        assert_eq!(body["columns"][1]["sameAs"], json!([0, -3]));
        assert_eq!(body["columns"][2]["sameAs"], json!([0, -2, 1]));
        assert_eq!(body["columns"][0]["tags"], json!({ "1": [0] }));
        assert_eq!(body["tags"][0]["slug"], "db");
    })
    .await;
}

#[tokio::test]
async fn it_says_nothing_of_values_that_the_caller_may_not_read() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        for environment in ["dev", "prod"] {
            project.put(environment, "FOO", "x\ny").await;
        }
        let viewer = project.person("vera@example.test", "viewer").await;
        let nobody = project.person("noah@example.test", "no-access").await;

        let seen = server.call("GET", &project.ui("matrix"), Some(&viewer), None).await;
        let refused = server.call("GET", &project.ui("matrix"), Some(&nobody), None).await;
        let missing = server.call("GET", &project.ui("matrix?path=/gone"), Some(&viewer), None).await;
        let hidden = server.call("GET", &project.ui("matrix?path=/gone"), Some(&nobody), None).await;
        let machine = server.call("GET", &project.ui("matrix"), Some(&project.admin), None).await;

        // 4: several lines; 64, 128: may neither change nor delete.
        assert_eq!(seen.body["columns"][0]["flags"], json!([4 + 64 + 128]));
        assert_eq!(seen.body["environments"][0]["can"]["edit"], false);
        assert_eq!((refused.status, missing.status, hidden.status), (403, 404, 403));
        assert_eq!(machine.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_large_folder_stays_small_on_the_wire_and_is_not_sent_again() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        let name = |index: usize| format!("SERVICE_SETTING_{index:05}");
        for batch in 0..2 {
            let secrets: Vec<Value> = (batch * 1000..(batch + 1) * 1000)
                .map(|index| json!({ "secretKey": name(index), "secretValue": "v" }))
                .collect();
            for environment in ["dev", "staging", "prod"] {
                let body =
                    json!({ "workspaceId": project.id, "environment": environment, "secrets": secrets });
                admin.ok("POST", "/api/v4/secrets/batch", Some(body)).await;
            }
        }

        let answer = admin.call("GET", &project.ui("matrix"), None).await;

        assert_eq!(answer.body["keys"].as_array().unwrap().len(), 2000);
        // 24 bytes of name and 3 x 9 of cells a row: 10,000 rows of 4 environments stay below 650 kB.
        assert!(answer.text.len() < 2000 * 60, "{} bytes", answer.text.len());
        let request = axum::http::Request::get(project.ui("matrix"))
            .header("authorization", format!("Bearer {}", admin.token))
            .header("if-none-match", answer.headers["etag"].to_str().unwrap());
        let again = server.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    })
    .await;
}
