//! Syslog servers on this machine that audit streams are sent to.

use std::{
    io::Read,
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use rustls::{ServerConnection, StreamOwned};
use serde_json::Value;

use crate::harness_https::self_signed;

/// Reads connections to their end, and closes them then.
pub struct SyslogServer {
    /// Such as `syslog+tcp://127.0.0.1:4000`.
    pub url: String,
    /// Its certificate in PEM, made by itself; empty without TLS.
    pub certificate: String,
    received: Arc<Mutex<String>>,
}

impl SyslogServer {
    /// Without TLS.
    pub fn plain() -> Self {
        Self::start("syslog+tcp", String::new(), |mut stream| {
            let mut text = String::new();
            stream.read_to_string(&mut text).ok().map(|_| text)
        })
    }

    /// With TLS.
    pub fn tls() -> Self {
        let (config, certificate) = self_signed();
        Self::start("syslog+tls", certificate, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut text = String::new();
            StreamOwned::new(connection, stream).read_to_string(&mut text).ok().map(|_| text)
        })
    }

    fn start(
        scheme: &str,
        certificate: String,
        read: impl Fn(std::net::TcpStream) -> Option<String> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                // Kept before the connection is closed, which is the receipt.
                let own = stream.try_clone().unwrap();
                let text = read(stream);
                kept.lock().unwrap().push_str(&text.unwrap_or_default());
                let _ = own.shutdown(std::net::Shutdown::Both);
            }
        });
        Self { url, certificate, received }
    }

    /// The messages that came since the last time: each the head, and the event.
    pub fn take(&self) -> Vec<(String, Value)> {
        let text = std::mem::take(&mut *self.received.lock().unwrap());
        let (mut rest, mut messages) = (text.as_str(), Vec::new());
        while let Some((length, behind)) = rest.split_once(' ') {
            let (message, others) = behind.split_at(length.parse().unwrap());
            let (head, json) = message.split_once(" {").unwrap();
            messages.push((head.to_owned(), serde_json::from_str(&format!("{{{json}")).unwrap()));
            rest = others;
        }
        assert!(rest.is_empty(), "{rest}");
        messages
    }
}
