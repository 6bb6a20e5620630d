//! Streams of events in tests: opened through the whole stack, read event by event.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, Request},
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::harness::TestServer;

/// How long an event may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream.
pub struct EventStream {
    pub status: u16,
    pub headers: HeaderMap,
    body: BodyDataStream,
    buffer: String,
}

/// One event.
#[derive(Debug, PartialEq)]
pub struct Frame {
    pub event: String,
    pub id: Option<String>,
    /// Null if there is none.
    pub data: Value,
    /// The length of its longest line, in bytes.
    pub longest_line: usize,
}

impl EventStream {
    /// The next event; `None` once the stream has ended.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, rest)) = self.buffer.split_once("\n\n") {
                let frame = parse(frame);
                self.buffer = rest.to_owned();
                return Some(frame);
            }
            let bytes = tokio::time::timeout(PATIENCE, self.body.next()).await.unwrap()?;
            self.buffer.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
        }
    }

    /// The next event, which must have this name.
    pub async fn expect(&mut self, event: &str) -> Frame {
        let frame = self.next().await.unwrap();
        assert_eq!(frame.event, event, "{frame:?}");
        frame
    }

    /// The stream must end now, signs of life aside.
    pub async fn expect_end(&mut self) {
        while let Some(frame) = self.next().await {
            assert_eq!(frame.event, "ping", "{frame:?}");
        }
    }
}

fn parse(text: &str) -> Frame {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    Frame {
        event: field("event: ").unwrap(),
        id: field("id: "),
        data: field("data: ").map_or(Value::Null, |data| serde_json::from_str(&data).unwrap()),
        longest_line: text.lines().map(str::len).max().unwrap_or(0),
    }
}

impl TestServer {
    /// Subscribes to events of a project, and reads the greeting.
    pub async fn subscribe(&self, token: &str, project: &str, register: Value) -> EventStream {
        let body = json!({ "projectId": project, "register": register });
        let request = Request::builder()
            .method("POST")
            .uri("/api/v1/events/subscribe/project-events")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let mut stream = self.open_stream(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(stream.status, 200, "{:?}", stream.headers);
        stream.expect("ping").await;
        stream
    }

    /// Follows a project from a cursor on, if one is given, and reads the greeting.
    pub async fn follow(&self, token: &str, project: &str, after: Option<&str>) -> EventStream {
        let query = after.map_or_else(String::new, |after| format!("?after={after}"));
        let request = Request::builder()
            .uri(format!("/api/v1/events/projects/{project}{query}"))
            .header("authorization", format!("Bearer {token}"));
        let mut stream = self.open_stream(request.body(Body::empty()).unwrap()).await;
        assert_eq!(stream.status, 200, "{:?}", stream.headers);
        let hello = stream.expect("hello").await;
        if let Some(after) = after {
            assert_eq!(hello.id.as_deref(), Some(after));
        }
        stream
    }

    /// Opens whatever the request asks for.
    pub async fn open_stream(&self, request: Request<Body>) -> EventStream {
        let (parts, body) = self.respond(request).await.into_parts();
        EventStream {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.into_data_stream(),
            buffer: String::new(),
        }
    }
}
