//! What half of the requests of the fuzz test say: things that exist, so that they reach their use case.

use serde_json::{Value, json};

use crate::{every_route::known_ids, harness::Admin};

/// Where things are that a request may take away: they are made again before each.
const DOOMED: &str = "DOOMED";

/// Ids of one of each kind of thing, as parameters of paths call them, and `slug` of the project.
pub async fn known(admin: &Admin<'_>) -> Value {
    let mut ids = known_ids(admin).await;
    let project = ids["project"].as_str().unwrap().to_owned();
    let place = json!({ "projectId": project, "environment": "dev", "path": "/" });
    let mut body = place.clone();
    body["import"] = json!({ "environment": "prod", "path": "/" });
    let import = admin.ok("POST", "/api/v2/secret-imports", Some(body)).await;
    let query = format!("projectId={project}&environment=dev&path=/");
    let commits = admin.ok("GET", &format!("/api/v1/pit/commits?{query}"), None).await;
    let snapshots = format!("/api/v1/projects/{project}/secret-snapshots?{query}");
    let snapshots = admin.ok("GET", &snapshots, None).await;
    let versions =
        format!("/api/v1/secret/{}/secret-versions?offset=0&limit=1", ids["secret"].as_str().unwrap());
    let versions = admin.ok("GET", &versions, None).await;
    let shown = admin.ok("GET", &format!("/api/v1/projects/{project}"), None).await;
    ids["import"] = import["secretImport"]["id"].clone();
    ids["commit"] = commits["commits"][0]["id"].clone();
    ids["snapshot"] = snapshots["secretSnapshots"][0]["id"].clone();
    ids["version"] = versions["secretVersions"][0]["id"].clone();
    ids["project_slug"] = shown["project"]["slug"].clone();
    let folder = format!("/api/v2/folders/{}", ids["folder"].as_str().unwrap());
    let folder = admin.ok("GET", &folder, None).await;
    ids["root"] = folder["folder"]["parentId"].clone();
    ids["slug"] = json!("a");
    for name in ["import", "commit", "snapshot", "version", "project_slug", "root"] {
        assert!(ids[name].is_string(), "{name} in {ids}");
    }
    ids
}

/// Makes secrets and folders that requests name, as far as those before have taken them away.
pub async fn restore(admin: &Admin<'_>, ids: &Value) {
    let mut body = json!({ "projectId": ids["project"], "environment": "dev", "secretValue": "x" });
    for name in ["FOO", DOOMED] {
        admin.call("POST", &format!("/api/v4/secrets/{name}"), Some(body.clone())).await;
    }
    body["name"] = json!(DOOMED);
    admin.ok("POST", "/api/v2/folders", Some(body)).await;
}

/// A parameter of the route that finds a folder by its path.
pub fn place<'a>(parameter: &str, ids: &'a Value) -> &'a str {
    match parameter {
        "folder" => ids["project"].as_str().unwrap(),
        "environment" => "dev",
        _ => "folder",
    }
}

/// What a path names that is to be deleted: a secret or folder that is made again, or nothing there is.
pub fn deletable(parameter: &str) -> &'static str {
    if matches!(parameter, "name" | "folder") { DOOMED } else { "00000000-0000-4000-8000-000000000000" }
}

/// The fields that say where, with what is there. Every such request has them.
pub fn anchors(ids: &Value) -> Vec<(&'static str, String)> {
    let text = |name: &str| ids[name].as_str().unwrap().to_owned();
    vec![
        ("projectId", text("project")),
        ("workspaceId", text("project")),
        ("environment", "dev".to_owned()),
        ("sourceEnvironment", "dev".to_owned()),
        ("destinationEnvironment", "prod".to_owned()),
        ("organizationId", text("organization")),
        ("orgId", text("organization")),
    ]
}

/// What a field may well say, in JSON; empty for a field of which nothing is known.
pub fn plausible(field: &str, ids: &Value) -> Vec<Value> {
    let names = || vec![json!("FOO"), json!("A"), json!("DOOMED"), json!("B.c-d"), json!("a b")];
    let paths = || vec![json!("/"), json!("folder/"), json!("/folder"), json!("/DOOMED"), json!("/none")];
    let values = || vec![json!(""), json!("x\r\n"), json!("${FOO}${prod.FOO}${dev.folder.A}"), json!("${A}")];
    match field {
        "projectSlug" | "workspaceSlug" => vec![ids["project_slug"].clone()],
        "secretKey" | "secretName" | "newSecretName" | "name" | "key" => names(),
        "secretPath" | "path" | "directory" | "sourceSecretPath" | "destinationSecretPath" => paths(),
        "secretValue" | "secretComment" | "description" | "value" => values(),
        "type" => vec![json!("shared"), json!("personal")],
        "mode" => vec![json!("failOnNotFound"), json!("upsert"), json!("ignore")],
        "secretIds" => vec![json!([ids["secret"]]), json!([ids["secret"], ids["secret"]])],
        "folderId" => vec![ids["root"].clone(), ids["folder"].clone()],
        "tagIds" => vec![json!([ids["tag"]]), json!([]), Value::Null],
        "tagSlugs" => vec![json!(["a"]), json!("a,b"), json!([])],
        "metadata" => vec![json!({ "k": "v" }), json!({})],
        "secretMetadata" => vec![json!([{ "key": "k", "value": "v", "isEncrypted": true }]), Value::Null],
        "metadataFilter" => vec![json!("key=k,value=v"), json!("key=k|value=v"), json!("value=")],
        "secrets" => items(),
        "folders" => vec![json!([{ "id": "DOOMED", "environment": "dev", "path": "/", "name": "DOOMED2" }])],
        "import" => vec![json!({ "environment": "staging", "path": "/folder" }), json!({ "position": 1 })],
        "register" => vec![json!([{ "event": "secret:update", "conditions": { "secretPath": "/**" } }])],
        "version" | "offset" | "limit" | "secretReminderRepeatDays" => vec![json!(0), json!(1), json!(20)],
        "at" | "from" | "to" => vec![json!(1), json!(0), json!("2026-01-31T12:00:00Z"), json!(999)],
        "viewSecretValue"
        | "expandSecretReferences"
        | "includeImports"
        | "include_imports"
        | "recursive"
        | "includePersonalOverrides"
        | "shouldOverwrite"
        | "skipMultilineEncoding"
        | "isReplication" => {
            vec![json!(true), json!(false)]
        }
        "eventType" => vec![json!("get-secrets,create-secret"), json!("nope")],
        _ => Vec::new(),
    }
}

/// Items of batches: what is there, what is not, twice the same, names that change hands.
fn items() -> Vec<Value> {
    vec![
        json!([{ "secretKey": "FOO", "secretValue": "x" }]),
        json!([{ "secretKey": "A", "secretValue": "${FOO}" }, { "secretKey": "B", "secretValue": "" }]),
        json!([{ "secretKey": "A", "newSecretName": "B" }, { "secretKey": "B", "newSecretName": "A" }]),
        json!([{ "secretKey": "FOO", "secretPath": "/folder", "secretValue": "x" }, { "secretKey": "FOO" }]),
        json!([{ "secretKey": "FOO" }, { "secretKey": "FOO", "type": "personal" }]),
        json!([{ "secretKey": "DOOMED", "type": "shared" }]),
    ]
}
