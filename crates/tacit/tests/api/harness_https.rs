//! A server with TLS on this machine that stands in for somebody else: an identity provider, a cloud, a cluster.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub path: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

type Answers = Arc<Mutex<Box<dyn FnMut(&Asked) -> (u16, String) + Send>>>;

/// Answers as it is told and keeps what it was asked.
pub struct StandIn {
    /// Such as `https://127.0.0.1:4000`, without a slash at the end.
    pub url: String,
    /// Its certificate in PEM, made by itself.
    pub certificate: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Answers,
}

impl StandIn {
    /// Answers each request with what `answer` returns: a status and a body of JSON.
    pub fn start(answer: impl FnMut(&Asked) -> (u16, String) + Send + 'static) -> Self {
        let (config, certificate) = self_signed();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stand_in = Self {
            url: format!("https://{}", listener.local_addr().unwrap()),
            certificate,
            asked: Arc::default(),
            answers: Arc::new(Mutex::new(Box::new(answer))),
        };
        let (asked, answers) = (Arc::clone(&stand_in.asked), Arc::clone(&stand_in.answers));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let stream = StreamOwned::new(connection, stream.unwrap());
                let (asked, answers) = (Arc::clone(&asked), Arc::clone(&answers));
                thread::spawn(move || serve(stream, &asked, &answers));
            }
        });
        stand_in
    }

    /// Answers otherwise from now on.
    pub fn will_answer(&self, answer: impl FnMut(&Asked) -> (u16, String) + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answer);
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// TLS by a certificate for 127.0.0.1 that is made by itself, and that certificate in PEM.
pub fn self_signed() -> (Arc<ServerConfig>, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (Arc::new(config), made.cert.pem())
}

/// Reads a request and answers it; does nothing if the client does not trust the certificate.
fn serve(stream: impl Read + Write, asked: &Mutex<Vec<Asked>>, answers: &Answers) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let request = read(&mut reader)?;
    asked.lock().unwrap().push(request.clone());
    let (status, body) = (answers.lock().unwrap())(&request);
    let text = format!(
        "HTTP/1.1 {status} Answer\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    reader.get_mut().write_all(text.as_bytes()).ok()?;
    reader.get_mut().flush().ok()
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, text)| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8(body).unwrap() })
}
