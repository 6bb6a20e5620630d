//! Streams of events over a real connection.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::harness::{Server, server};

/// Below the time that requests in progress get when the server stops.
const SOON: Duration = Duration::from_secs(10);

struct Project {
    token: String,
    id: String,
}

fn project(server: &Server) -> Project {
    let answer = server.bootstrap();
    let token = answer["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
    let body = json!({ "projectName": "Shop" });
    let (status, answer) = server.call("POST", "/api/v2/workspace", Some(&token), Some(&body));
    assert_eq!(status, 200, "{answer}");
    Project { token, id: answer["project"]["id"].as_str().unwrap().to_owned() }
}

fn subscribe(server: &Server, project: &Project) -> BufReader<TcpStream> {
    let address = server.url.trim_start_matches("http://");
    let body = json!({ "projectId": project.id, "register": [{ "event": "secret:create" }] }).to_string();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST /api/v1/events/subscribe/project-events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        project.token,
        body.len()
    )
    .unwrap();
    BufReader::new(connection)
}

/// Reads up to a line that begins with `start`.
fn line(stream: &mut BufReader<TcpStream>, start: &str) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended");
        if line.starts_with(start) {
            return line;
        }
    }
}

#[test]
fn an_event_arrives_and_a_server_that_stops_does_not_wait_for_streams() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));
    let project = project(&server);
    let mut stream = subscribe(&server, &project);
    assert!(line(&mut stream, "HTTP/1.1").contains("200"));
    line(&mut stream, "event: ping");

    let body = json!({ "workspaceId": project.id, "environment": "dev", "secretValue": "canary" });
    let (status, _) = server.call("POST", "/api/v3/secrets/raw/FOO", Some(&project.token), Some(&body));
    assert_eq!(status, 200);
    line(&mut stream, "event: secret:create");
    let data = line(&mut stream, "data: ");
    let data: Value = serde_json::from_str(data.trim_start_matches("data: ")).unwrap();
    assert_eq!(data["data"]["payload"][0]["secretKey"], "FOO");
    assert!(!data.to_string().contains("canary"));

    let start = Instant::now();
    let ended = server.stop();
    stream.read_to_end(&mut Vec::new()).unwrap();

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}
