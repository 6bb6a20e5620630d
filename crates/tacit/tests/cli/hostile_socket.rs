//! A client that says what it likes, byte by byte.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::harness::Server;

/// Longer than any limit of a test, so that a server that keeps no limit fails it instead of hanging.
const PATIENCE: Duration = Duration::from_secs(50);

/// A connection to the server.
pub struct Socket(pub TcpStream);

impl Socket {
    pub fn open(server: &Server) -> Self {
        let stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Sends bytes; whether the server still took them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        match self.0.write_all(bytes.as_ref()) {
            Ok(()) => true,
            Err(error) => {
                assert!(!is_impatience(error.kind()), "the server takes nothing and does not end it either");
                false
            }
        }
    }

    /// What the server says until it closes the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Err(error) = self.0.read_to_end(&mut bytes) {
            assert!(!is_impatience(error.kind()), "the server keeps the connection: {}", text(&bytes));
        }
        bytes
    }

    /// As [`Self::rest`], of text.
    pub fn rest_of_text(&mut self) -> String {
        text(&self.rest())
    }

    /// The status of the next answer on a connection that stays open.
    pub fn status(&mut self) -> Option<u16> {
        let mut head = [0_u8; 12];
        self.0.read_exact(&mut head).ok()?;
        text(&head).strip_prefix("HTTP/1.1 ")?.parse().ok()
    }
}

fn is_impatience(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A GET of the status with these further lines of the head.
pub fn get(lines: &str) -> String {
    format!("GET /api/status HTTP/1.1\r\nHost: x\r\n{lines}\r\n")
}

/// The head of a login.
pub fn login(lines: &str) -> String {
    format!(
        "POST /api/v1/auth/universal-auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{lines}\r\n"
    )
}
