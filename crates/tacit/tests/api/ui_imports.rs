//! The imports of a folder as the dashboard shows them: in all environments, names without values.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

async fn import(project: &TestProject<'_>, environment: &str, source: &str, path: &str) {
    let import = json!({ "environment": source, "path": path });
    let body = json!({ "environment": environment, "path": "/", "import": import });
    project.ok("POST", "/api/v2/secret-imports", body).await;
}

/// `environment < source:path = keys` of each import.
fn lines(body: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for environment in body["environments"].as_array().unwrap() {
        for import in environment["imports"].as_array().unwrap() {
            let keys: Vec<_> = import["secrets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| ["environment", "path", "key"].map(|field| one[field].as_str().unwrap()).join(":"))
                .collect();
            let text = |field: &str| import[field].as_str().unwrap();
            let slug = environment["slug"].as_str().unwrap();
            lines.push(format!("{slug} < {}{} = {}", text("environment"), text("path"), keys.join(" ")));
        }
    }
    lines
}

#[tokio::test]
async fn imports_come_in_their_order_with_the_origin_of_each_key_and_no_value() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("prod", "HOST", "value-of-it").await;
        project.put("staging", "PORT", "value-of-it").await;
        import(&project, "staging", "prod", "/").await;
        import(&project, "dev", "staging", "/").await;
        import(&project, "dev", "prod", "/later").await;

        let body = admin.ok("GET", &project.ui("imports?path=/"), None).await;

        assert_eq!(
            lines(&body),
            [
                "dev < staging/ = prod:/:HOST staging:/:PORT",
                "dev < prod/later = ",
                "staging < prod/ = prod:/:HOST",
            ]
        );
        assert!(!body.to_string().contains("value-of-it"), "{body}");
        let elsewhere = admin.ok("GET", &project.ui("imports?path=/none"), None).await;
        assert_eq!(lines(&elsewhere), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_read_imports_sees_none() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.put("prod", "HOST", "x").await;
        import(&project, "dev", "prod", "/").await;
        let nobody = project.person("noah@example.test", "no-access").await;

        let answer = server.call("GET", &project.ui("imports"), Some(&nobody), None).await;
        let machine = server.call("GET", &project.ui("imports"), Some(&project.admin), None).await;

        assert_eq!(lines(&answer.body), [""; 0]);
        assert_eq!((answer.status, machine.status), (200, 403));
    })
    .await;
}
