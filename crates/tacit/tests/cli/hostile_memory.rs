//! All that clients can do to a server's memory, at one time, on one server: it stays below a ceiling.

use std::{fs, thread};

use serde_json::json;

use crate::{
    harness::{PASSWORD, Server, server},
    hostile_http2::{bomb, connection},
    hostile_socket::{Socket, get, login},
};

/// Most memory that the server may ever have had, in KiB. It is about the room for bodies (160 MiB), what the
/// attacks below leave in buffers, and the server itself; without its limits they ask it for gigabytes.
const PEAK_KIB_MAX: u64 = 768 * 1024;
const MIB: usize = 1024 * 1024;

/// The most memory that a process ever had, in KiB.
fn peak(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Connections that have sent nearly all of a large body; the server waits for the last byte.
fn large_bodies(server: &Server, token: &str) -> Vec<Socket> {
    let head = format!(
        "POST /api/v4/secrets/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        8 * MIB
    );
    let part = vec![b' '; 8 * MIB - 1];
    (0..64).map(|_| sent(server, &[head.as_bytes(), &part])).collect()
}

fn bodies_of_strangers(server: &Server) -> Vec<Socket> {
    let (head, part) = (login(&format!("Content-Length: {MIB}\r\n")), vec![b' '; MIB - 1]);
    (0..200).map(|_| sent(server, &[head.as_bytes(), &part])).collect()
}

fn sent(server: &Server, parts: &[&[u8]]) -> Socket {
    let mut socket = Socket::open(server);
    // Who is refused in the middle is closed.
    let _ = parts.iter().all(|part| socket.send(part));
    socket
}

/// Heads that are nearly as long as they may be, and end nowhere.
fn long_heads(server: &Server) -> Vec<Socket> {
    let head = get(&format!("X: {}\r\n", "a".repeat(60 * 1024)));
    (0..500).map(|_| sent(server, &[head.trim_end().as_bytes()])).collect()
}

/// Bodies that are small as text and large when read: each is answered.
fn unfolding_bodies(server: &Server) {
    let deep = format!("{}{}", "[".repeat(MIB / 2 - 50), "]".repeat(MIB / 2 - 50));
    let wide = format!("[{}0]", "0,".repeat(MIB / 2 - 50));
    let allowed = format!("{{\"x\":[{}0]}}", "{},".repeat(249_000));
    let many = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(150_000));
    for body in [&deep, &wide, &allowed, &many] {
        let mut socket = sent(
            server,
            &[login(&format!("Connection: close\r\nContent-Length: {}\r\n", body.len())).as_bytes()],
        );
        socket.send(body);
        let said = socket.rest_of_text();
        assert!(said.starts_with("HTTP/1.1 4"), "{said}");
    }
    let form = "a&".repeat(MIB / 2 - 50);
    let head = login(&format!("Connection: close\r\nContent-Length: {}\r\n", form.len()));
    let head = head.replace("application/json", "application/x-www-form-urlencoded");
    let mut socket = sent(server, &[head.as_bytes(), form.as_bytes()]);
    assert!(socket.rest_of_text().starts_with("HTTP/1.1 400"));
}

fn bombs(server: &Server) {
    for _ in 0..20 {
        let mut socket = connection(server);
        let _ = (0..50).all(|number| socket.send(bomb(2 * number + 1)));
    }
}

/// Passwords take 19 MiB each while they are checked.
fn logins(server: &Server) {
    let body = json!({ "email": "ada@example.test", "password": "wrong canary password" });
    for _ in 0..3 {
        let (status, answer) = server.call("POST", "/api/v3/auth/login", None, Some(&body));
        assert!((400..500).contains(&status) || status == 503, "{answer}");
    }
}

#[test]
fn memory_stays_below_its_ceiling_whatever_clients_do_at_one_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = server(folder.path());
    command.args(["--head-timeout", "600", "--body-timeout", "600"]);
    let server = Server::start(command);
    let admin = server.bootstrap();
    let token = admin["identity"]["credentials"]["token"].as_str().unwrap();

    let idle: Vec<Socket> = (0..500).map(|_| sent(&server, &[])).collect();
    let heads = long_heads(&server);
    let target = &server;
    let bodies = thread::scope(|scope| {
        let bodies = scope.spawn(|| large_bodies(target, token));
        let attacks: [fn(&Server); 3] = [unfolding_bodies, bombs, logins];
        for attack in attacks.into_iter().cycle().take(12) {
            scope.spawn(move || attack(target));
        }
        bodies.join().unwrap()
    });
    let strangers = bodies_of_strangers(&server);
    let peak = peak(&server);
    drop((idle, heads, bodies, strangers));

    assert!(peak < PEAK_KIB_MAX, "{peak} KiB");
    let login = json!({ "email": "ada@example.test", "password": PASSWORD });
    assert_ne!(server.call("POST", "/api/v3/auth/login", None, Some(&login)).0, 500);
    assert_eq!(server.call("GET", "/api/status", None, None).0, 200);
    let ended = server.stop();
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    println!("most memory: {} MiB", peak / 1024);
}
