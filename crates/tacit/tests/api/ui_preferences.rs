//! How a person likes the dashboard.

use serde_json::json;

use crate::harness::each_engine;

const PATH: &str = "/api/ui/v1/me/preferences";

#[tokio::test]
async fn they_are_kept_for_each_person_and_replaced_whole() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let other = server.second_organization().await;

        let empty = admin.ok("GET", PATH, None).await;
        for preferences in [json!({ "theme": "dark", "columns": ["dev"] }), json!({ "theme": "light" })] {
            admin.ok("PUT", PATH, Some(json!({ "preferences": preferences }))).await;
        }

        assert_eq!(empty, json!({ "preferences": {} }));
        assert_eq!(admin.ok("GET", PATH, None).await, json!({ "preferences": { "theme": "light" } }));
        assert_eq!(other.ok("GET", PATH, None).await, json!({ "preferences": {} }));
    })
    .await;
}

#[tokio::test]
async fn too_much_anything_but_an_object_and_machines_are_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;

        for preferences in [json!({ "a": "x".repeat(16 * 1024) }), json!([]), json!("dark"), json!(null)] {
            let answer = admin.call("PUT", PATH, Some(json!({ "preferences": preferences }))).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
        }
        let machine = server.call("GET", PATH, Some(&admin.identity_token), None).await;

        assert_eq!(machine.status, 403);
        assert_eq!(admin.ok("GET", PATH, None).await, json!({ "preferences": {} }));
    })
    .await;
}
