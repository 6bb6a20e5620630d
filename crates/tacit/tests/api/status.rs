//! The instance without anybody signed in.

use crate::harness::each_engine;

#[tokio::test]
async fn the_status_answers_ok() {
    each_engine(async |server| {
        let answer = server.get("/api/status/").await;

        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["message"], "Ok");
    })
    .await;
}

#[tokio::test]
async fn a_server_about_to_stop_says_so_and_answers_all_the_same() {
    each_engine(async |server| {
        assert!(server.get("/api/status").await.headers.get("connection").is_none());
        server.app.draining.begin();

        let status = server.get("/api/status").await;
        let other = server.get("/api/v1/admin/config").await;

        assert_eq!((status.status, &status.body["message"]), (503, &"Stopping".into()));
        assert_eq!(other.status, 200);
        for answer in [status, other] {
            assert_eq!(answer.headers["connection"], "close");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_route_is_404_in_the_envelope() {
    each_engine(async |server| {
        let answer = server.get("/api/v9/nothing").await;

        assert_eq!(answer.status, 404);
        assert_eq!(answer.body["statusCode"], 404);
        assert_eq!(answer.body["error"], "NotFound");
        assert!(answer.body["reqId"].as_str().unwrap().starts_with("req-"));
    })
    .await;
}
