//! Sending to receivers over TLS.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, mpsc},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tacit::app::egress::{Egress, EgressError, Post, trust};
use tacit_core::egress::EgressRules;

/// A receiver over TLS on this machine, with a certificate that it made for itself.
struct TlsReceiver {
    url: String,
    certificate: String,
    bodies: mpsc::Receiver<String>,
}

impl TlsReceiver {
    fn start(name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/hook", listener.local_addr().unwrap());
        let (sender, bodies) = mpsc::channel();
        thread::spawn(move || {
            let config = Arc::new(config);
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                if let Some(body) = answer(StreamOwned::new(connection, stream.unwrap())) {
                    sender.send(body).unwrap();
                }
            }
        });
        Self { url, certificate: made.cert.pem(), bodies }
    }

    async fn post(&self, egress: &Egress) -> Result<(), EgressError> {
        let url = self.url.clone().into();
        egress.post(Post { url, headers: Vec::new(), body: b"{\"a\":1}".to_vec() }).await
    }
}

/// Reads a request and answers it; nothing if the client does not trust the certificate.
fn answer(stream: impl Read + Write) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.to_lowercase();
        if let Some(text) = line.strip_prefix("content-length: ") {
            length = text.trim().parse().unwrap();
        }
        match line.as_str() {
            "\r\n" => break,
            "" => return None,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()?;
    reader.get_mut().flush().ok()?;
    Some(String::from_utf8(body).unwrap())
}

fn loopback() -> EgressRules {
    EgressRules::new(vec!["127.0.0.1/32".parse().unwrap()])
}

#[tokio::test]
async fn a_receiver_with_a_trusted_certificate_of_its_name_gets_the_notice_and_no_other() {
    let receiver = TlsReceiver::start("127.0.0.1");
    let trusting = Egress::trusting(loopback(), trust::certificates(receiver.certificate.as_bytes()));

    assert_eq!(receiver.post(&trusting).await, Ok(()));
    assert_eq!(receiver.bodies.recv().unwrap(), "{\"a\":1}");
    assert_eq!(receiver.post(&Egress::new(loopback())).await, Err(EgressError::Tls));
    let other = TlsReceiver::start("other.example");
    let trusting_other = Egress::trusting(loopback(), trust::certificates(other.certificate.as_bytes()));
    assert_eq!(other.post(&trusting_other).await, Err(EgressError::Tls));
    let certificates = trust::certificates(receiver.certificate.as_bytes());
    let without_rules = Egress::trusting(EgressRules::default(), certificates);
    assert_eq!(receiver.post(&without_rules).await, Err(EgressError::Refused));
    assert!(other.bodies.try_recv().is_err() && receiver.bodies.try_recv().is_err());
}
