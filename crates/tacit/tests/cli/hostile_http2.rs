//! HTTP/2 by hand: what floods of frames do. The server ends the connection; others are served.

use std::io::Read;

use crate::{
    harness::{Server, server},
    hostile_socket::Socket,
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// GET, http, `/`, and `x` as the authority, in HPACK.
const REQUEST: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'x'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A connection that has begun.
pub fn connection(server: &Server) -> Socket {
    let mut socket = Socket::open(server);
    socket.send(PREFACE);
    socket.send(frame(SETTINGS, 0, 0, &[]));
    socket
}

/// The frames that the server sends until it closes, as kind and payload.
fn frames(socket: &mut Socket) -> Vec<(u8, Vec<u8>)> {
    let (bytes, mut rest) = (socket.rest(), Vec::new());
    let mut bytes = bytes.as_slice();
    while bytes.len() >= 9 {
        let length = usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]);
        let Some(payload) = bytes.get(9..9 + length) else { break };
        rest.push((bytes[3], payload.to_vec()));
        bytes = &bytes[9 + length..];
    }
    rest
}

/// A request whose header of 4000 bytes goes into the table once and is then named 12,000 times by a byte each.
pub fn bomb(stream: u32) -> Vec<u8> {
    let mut block = [REQUEST, &[0x40, 0x01, b'a', 0x7f, 0xa1, 0x1e][..], &[b'b'; 4000][..]].concat();
    block.extend([0xbe; 12_000]);
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &block)
}

/// Whether the connection was ended: said so, or closed while there was more to say.
fn assert_ended(socket: &mut Socket, label: &str) {
    let frames = frames(socket);
    let is_told = frames.iter().any(|(kind, _)| *kind == GOAWAY);
    let answers = frames.iter().filter(|(kind, _)| *kind == HEADERS).count();
    assert!(is_told || answers < 1_000, "{label}: {answers} answers");
}

fn run(test: impl FnOnce(&Server)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(server(folder.path()));
    test(&server);
    assert_eq!(server.call("GET", "/api/status", None, None).0, 200);
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn the_settings_name_the_limits() {
    run(|server| {
        let mut socket = connection(server);
        let mut head = [0_u8; 9];
        socket.0.read_exact(&mut head).unwrap();
        assert_eq!(head[3], SETTINGS);
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        socket.0.read_exact(&mut payload).unwrap();
        let setting = |id: u16| {
            let found = payload.chunks(6).find(|chunk| chunk[..2] == id.to_be_bytes());
            found.map(|chunk| u32::from_be_bytes(chunk[2..].try_into().unwrap()))
        };
        assert_eq!(setting(3), Some(128), "streams");
        assert_eq!(setting(6), Some(64 * 1024), "bytes of headers");
    });
}

#[test]
fn requests_that_are_taken_back_at_once_end_the_connection() {
    run(|server| {
        let mut socket = connection(server);
        let mut is_taken = true;
        for stream in (1..200_001_u32).step_by(2) {
            let mut both = frame(HEADERS, END_STREAM | END_HEADERS, stream, REQUEST);
            both.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
            is_taken = socket.send(both);
            if !is_taken {
                break;
            }
        }
        assert!(!is_taken, "all were taken");
        assert_ended(&mut socket, "resets");
    });
}

#[test]
fn headers_that_go_on_for_ever_end_the_connection() {
    run(|server| {
        let mut socket = connection(server);
        socket.send(frame(HEADERS, END_STREAM, 1, REQUEST));
        // A header of its own in each frame, never the last one.
        let header = [&[0x00, 0x01, b'a', 0x7f, 0x81, 0x7c][..], &[b'b'; 16_000]].concat();
        let taken = (0..10_000).take_while(|_| socket.send(frame(CONTINUATION, 0, 1, &header))).count();
        assert!(taken < 10_000, "all were taken");
        assert_ended(&mut socket, "continuation");

        let mut socket = connection(server);
        socket.send(frame(HEADERS, END_STREAM, 1, REQUEST));
        let taken = (0..1_000_000).take_while(|_| socket.send(frame(CONTINUATION, 0, 1, &[]))).count();
        assert!(taken < 1_000_000, "all empty ones were taken");
    });
}

#[test]
fn a_header_that_unpacks_to_more_than_is_taken_is_refused() {
    run(|server| {
        let mut socket = connection(server);
        socket.send(bomb(1));
        socket.send(frame(PING, 0, 0, &[0; 8]));
        let _ = socket.0.shutdown(std::net::Shutdown::Write);
        let frames = frames(&mut socket);
        // 8 is the static `:status 200`.
        let is_served =
            frames.iter().any(|(kind, payload)| *kind == HEADERS && payload.first() == Some(&0x88));
        assert!(!is_served, "{frames:?}");
    });
}
