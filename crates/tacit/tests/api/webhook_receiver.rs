//! Something on this machine that webhooks are sent to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Request line and headers, in small letters.
    pub head: String,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn signature(&self) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix("x-infisical-signature: "))
    }
}

/// Keeps what comes, and answers what it is told, else 200.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook/canary-token", listener.local_addr().unwrap());
        let receiver = Self { url, received: Arc::default(), answers: Arc::default() };
        let inside = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                inside.answer(stream).await;
            }
        });
        receiver
    }

    /// Answers these next.
    pub fn will_answer(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// What came since the last time.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    async fn answer(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let received = loop {
            let mut part = [0; 4096];
            let length = stream.read(&mut part).await.unwrap();
            bytes.extend_from_slice(&part[..length]);
            if let Some(received) = parse(&bytes) {
                break received;
            }
            assert!(length > 0, "the request ended early");
        };
        self.received.lock().unwrap().push(received);
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or("200 OK");
        let text = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

fn parse(bytes: &[u8]) -> Option<Received> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let head = head.to_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().ok()?;
    (body.len() >= length).then(|| Received { head: head.clone(), body: body.to_owned() })
}
