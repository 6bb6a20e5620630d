//! Clients that are slow, many or say too much, at a real socket: each is answered or closed, and others are served.

use std::net::Shutdown;

use rustix::process::{Resource, Rlimit, getrlimit};

use crate::{
    harness::{Server, server},
    hostile_socket::{Socket, get, login},
};

fn started(options: &[&str]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.args(options);
    let server = Server::start(command);
    (folder, server)
}

/// The server is well, and has never failed.
fn assert_well(server: Server) {
    assert_eq!(server.call("GET", "/api/status", None, None).0, 200);
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked") && !ended.stderr.contains("ERROR"), "{}", ended.stderr);
}

#[test]
fn who_does_not_finish_the_head_of_a_first_request_is_closed() {
    let (_folder, server) = started(&["--head-timeout", "1"]);
    for beginning in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\nX: ", "PRI * HTTP/2.0\r\n"] {
        let mut socket = Socket::open(&server);
        socket.send(beginning);
        let said = socket.rest_of_text();
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{beginning}: {said}");
    }
    assert_well(server);
}

#[test]
fn who_does_not_finish_a_body_is_answered_408() {
    let (_folder, server) = started(&["--body-timeout", "1"]);
    for (lines, beginning) in
        [("Content-Length: 100\r\n", "{\"a\":"), ("Transfer-Encoding: chunked\r\n", "3\r\n{\"a\r\n5")]
    {
        let mut socket = Socket::open(&server);
        socket.send(login(lines));
        socket.send(beginning);
        let said = socket.rest_of_text();
        assert!(said.starts_with("HTTP/1.1 408") && said.contains("\"RequestTimeout\""), "{said}");
    }
    assert_well(server);
}

#[test]
fn who_takes_nothing_of_the_answers_is_given_up() {
    let (_folder, server) = started(&["--send-timeout", "1"]);
    let mut socket = Socket::open(&server);
    let question = get("").replace("/api/status", "/api/docs/json").repeat(50);
    // The server stops reading when it cannot write, so at the end it is only its patience that ends this.
    let taken = (0..10_000).take_while(|_| socket.send(&question)).count();
    assert!(taken < 10_000);
    assert_well(server);
}

#[test]
fn one_connection_more_than_the_maximum_is_closed_and_a_place_that_is_free_again_is_taken() {
    let (_folder, server) = started(&["--max-connections", "4"]);
    let mut open: Vec<Socket> = (0..4).map(|_| Socket::open(&server)).collect();
    for socket in &mut open {
        socket.send(get(""));
        assert_eq!(socket.status(), Some(200));
    }
    let mut fifth = Socket::open(&server);
    fifth.send(get(""));
    assert!(fifth.rest().is_empty());

    drop(open.pop());
    let found_place = (0..10_000).any(|_| {
        let mut next = Socket::open(&server);
        next.send(get("")) && next.status() == Some(200)
    });
    assert!(found_place);
    drop(open);
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn a_server_with_few_descriptors_takes_what_it_can_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("sh");
    let binary = env!("CARGO_BIN_EXE_tacit");
    let script = format!("ulimit -n 300; exec {binary} server --listen 127.0.0.1:0 --data-dir data");
    command.args(["-c", &script]).env_clear().env("HOME", folder.path()).env("PATH", "/usr/bin:/bin");
    command.current_dir(folder.path()).stderr(std::process::Stdio::piped());
    let server = Server::start(command);
    assert_eq!(server.line_with("too few files")["connections"], 150);

    let mut held: Vec<Socket> = (0..400).map(|_| Socket::open(&server)).collect();
    let answered =
        held.iter_mut().filter_map(|socket| socket.send(get("")).then(|| socket.status())?).count();
    assert_eq!(answered, 150);
    drop(held);
    let is_back = (0..10_000).any(|_| {
        let mut next = Socket::open(&server);
        next.send(get("")) && next.status() == Some(200)
    });
    assert!(is_back);
    assert!(!server.stop().stderr.contains("ERROR"));
}

#[test]
fn the_server_may_open_as_many_files_as_the_machine_lets_it_and_leaves_no_core_dump() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let (_folder, server) = started(&[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let soft = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(soft("Max core file size"), "0");
    assert_eq!(soft("Max open files"), maximum.map_or("unlimited".to_owned(), |maximum| maximum.to_string()));
    assert_well(server);
}

#[test]
fn heads_that_are_too_much_are_answered_and_closed() {
    let (_folder, server) = started(&[]);
    let long = "a".repeat(70 * 1024);
    let cases = [
        (get(&format!("X: {long}\r\n")), "431"),
        (get(&format!("{long}: x\r\n")), "431"),
        (get(&"X: y\r\n".repeat(100)), "431"),
        (get("").replace("/api/status", &format!("/api/status?{}", "a".repeat(20 * 1024))), "414"),
        (get("").replace("/api/status", &format!("/{}", "a".repeat(70 * 1024))), "4"),
        (get("").replace("GET", &"G".repeat(70 * 1024)), "4"),
        (login("Content-Encoding: gzip\r\nContent-Length: 2\r\n") + "{}", "415"),
        (login("Content-Length: 1048577\r\n"), "413"),
        (login("Content-Length: 99999999999999999999999\r\n"), "4"),
        (login("Content-Length: -1\r\n"), "4"),
        (login("Content-Length: 2\r\nContent-Length: 3\r\n") + "{}", "4"),
        (login("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n", ""),
        (login("Transfer-Encoding: chunked, gzip\r\n"), "4"),
        (login("Transfer-Encoding: chunked\r\n") + "ffffffffffffffffff\r\n", "4"),
    ];
    for (request, status) in cases {
        let mut socket = Socket::open(&server);
        socket.send(&request);
        let _ = socket.0.shutdown(Shutdown::Write);
        let said = socket.rest_of_text();
        let label = format!("{}…: {said}", &request[..request.len().min(60)]);
        // A refusal may be lost when the rest of what was sent makes the system reset the connection.
        assert!(said.is_empty() || said.starts_with(&format!("HTTP/1.1 {status}")), "{label}");
        assert!(!said.starts_with("HTTP/1.1 5"), "{label}");
    }
    assert_well(server);
}

#[test]
fn what_follows_a_chunked_body_is_bounded() {
    let (_folder, server) = started(&[]);
    for trailers in ["a: b\r\n".repeat(100_000), format!("a: {}\r\n", "b".repeat(1024 * 1024))] {
        let mut socket = Socket::open(&server);
        socket.send(login("Transfer-Encoding: chunked\r\n"));
        socket.send(format!("2\r\n{{}}\r\n0\r\n{trailers}\r\n"));
        let said = socket.rest_of_text();
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    let mut endless = Socket::open(&server);
    endless.send(login("Transfer-Encoding: chunked\r\n"));
    // Chunk extensions are thrown away, and there is an end to them too.
    endless.send(format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(1024 * 1024)));
    assert!(!endless.rest_of_text().starts_with("HTTP/1.1 5"));
    assert_well(server);
}
