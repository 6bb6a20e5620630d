//! A server below a path of its host name.

use serde_json::json;
use tacit::app::{Settings, base_path::BasePath, changes::Timing};

use crate::harness::{Node, TestServer};

async fn below_tacit() -> TestServer {
    let folder = tempfile::tempdir().unwrap();
    let database = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    let settings = Settings { base_path: BasePath::parse("/tacit").unwrap(), ..Settings::default() };
    TestServer::start_node(&database, folder, Node { seed: 1, timing: Timing::default(), settings }).await
}

#[tokio::test]
async fn everything_is_below_the_base_path_and_still_there_without_it() {
    let server = below_tacit().await;

    for path in ["/tacit/api/status", "/tacit/api/status/", "/api/status"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    let unknown = server.get("/tacit/api/v1/nowhere?a=b").await;
    assert_eq!((unknown.status, &unknown.body["error"]), (404, &json!("NotFound")));
    assert_eq!(server.get("/tacitly/api/status").await.status, 404);
}

#[tokio::test]
async fn the_cookie_goes_to_the_base_path_alone() {
    let server = below_tacit().await;
    server.with_admin().await;

    let body = json!({ "email": "ada@example.test", "password": "correct horse battery" });
    let answer = server.call("POST", "/tacit/api/v3/auth/login", None, Some(body)).await;

    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("; Path=/tacit;"), "{cookie}");
}

#[tokio::test]
async fn the_api_document_and_its_page_say_where_they_are() {
    let server = below_tacit().await;

    let document = server.get("/tacit/api/docs/json").await;
    let page = server.get("/tacit/api/docs").await;

    assert_eq!(document.body["servers"], json!([{ "url": "/tacit" }]));
    assert!(document.body["paths"]["/api/status"].is_object());
    assert!(page.text.contains("\"/tacit/api/docs/page.css\""), "{}", page.text);
    assert!(!page.text.contains("\"/api/"), "{}", page.text);
}
