//! A mail server on this machine (RFC 5321), as much as sending needs, with STARTTLS and TLS.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tacit::app::{
    Settings,
    changes::Timing,
    mail::{Credentials, Encryption, Mailer, SmtpServer, deliver},
};
use zeroize::Zeroizing;

use crate::harness::{Node, TestServer, on_postgres};

/// The address of the dashboard in links.
pub const SITE: &str = "https://tacit.example.test";

/// A mail that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// The address it was sent to.
    pub to: String,
    /// Headers, an empty line and the text.
    pub data: String,
    /// The user name and password of the connection.
    pub credentials: Option<String>,
    /// Whether the connection was under TLS.
    pub is_tls: bool,
}

impl Received {
    /// The text, as people read it.
    pub fn text(&self) -> String {
        let (head, body) = self.data.split_once("\r\n\r\n").unwrap();
        if head.contains("quoted-printable") {
            return body.replace("=\r\n", "").replace("=3D", "=").replace("=22", "\"").replace("\r\n", "\n");
        }
        body.replace("\r\n", "\n")
    }

    pub fn subject(&self) -> &str {
        self.data.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap()
    }

    /// The one link in it.
    pub fn link(&self) -> String {
        let text = self.text();
        text.lines().find(|line| line.starts_with(SITE)).unwrap().to_owned()
    }
}

/// Keeps what comes, and answers what it is told to the naming of recipients, else 250.
#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    /// Of its certificate, in PEM.
    pub certificate: String,
    encryption: Encryption,
    config: Arc<ServerConfig>,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl MailServer {
    /// Without TLS.
    pub fn start() -> Self {
        Self::protected(Encryption::None)
    }

    pub fn protected(encryption: Encryption) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            certificate: made.cert.pem(),
            encryption,
            config: Arc::new(config),
            received: Arc::default(),
            answers: Arc::default(),
        };
        let inside = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let inside = inside.clone();
                thread::spawn(move || inside.serve(stream.unwrap()));
            }
        });
        server
    }

    /// How to reach it, by the way it is protected.
    pub fn settings(&self) -> SmtpServer {
        SmtpServer {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            encryption: self.encryption,
            credentials: None,
            from: "Tacit <tacit@example.test>".to_owned(),
        }
    }

    /// As [`MailServer::settings`], with a user name and a password.
    pub fn settings_with_password(&self) -> SmtpServer {
        let credentials =
            Credentials { username: "tacit".to_owned(), password: Zeroizing::new("hunter2".to_owned()) };
        SmtpServer { credentials: Some(credentials), ..self.settings() }
    }

    /// Answers these to the next recipients.
    pub fn will_answer(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// What came since the last time.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    /// The one mail that came since the last time.
    pub fn take_one(&self) -> Received {
        let mut all = self.take();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn serve(&self, stream: TcpStream) {
        let wrap =
            |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&self.config)).unwrap(), stream);
        if self.encryption == Encryption::Implicit {
            self.converse(wrap(stream), true, true);
            return;
        }
        if let Some(stream) = self.converse(stream, false, true) {
            self.converse(wrap(stream), true, false);
        }
    }

    /// Returns the stream if it is to be protected from here on.
    fn converse<S: Read + Write>(&self, stream: S, is_tls: bool, greets: bool) -> Option<S> {
        let mut reader = BufReader::new(stream);
        let mut mail = Received { to: String::new(), data: String::new(), credentials: None, is_tls };
        if greets {
            say(&mut reader, "220 mail.test ready")?;
        }
        loop {
            let line = read_line(&mut reader)?;
            let command = line.to_uppercase();
            if command.starts_with("EHLO") {
                let is_open = self.encryption == Encryption::StartTls && !is_tls;
                let offer = if is_open { "STARTTLS" } else { "AUTH PLAIN" };
                say(&mut reader, &format!("250-mail.test\r\n250 {offer}"))?;
            } else if command.starts_with("STARTTLS") {
                say(&mut reader, "220 go ahead")?;
                return Some(reader.into_inner());
            } else if command.starts_with("AUTH PLAIN ") {
                mail.credentials = Some(line["AUTH PLAIN ".len()..].to_owned());
                say(&mut reader, "235 welcome")?;
            } else if command.starts_with("RCPT TO:") {
                mail.to = line["RCPT TO:".len()..].trim_matches(['<', '>']).to_owned();
                let answer = self.answers.lock().unwrap().pop_front().unwrap_or("250 known");
                say(&mut reader, answer)?;
            } else if command.starts_with("DATA") {
                say(&mut reader, "354 go on")?;
                mail.data = read_data(&mut reader)?;
                self.received.lock().unwrap().push(mail.clone());
                say(&mut reader, "250 kept")?;
            } else if command.starts_with("QUIT") {
                say(&mut reader, "221 bye");
                return None;
            } else {
                say(&mut reader, "250 fine")?;
            }
        }
    }
}

/// Nothing if the client is gone, or does not trust the certificate.
fn say<S: Read + Write>(reader: &mut BufReader<S>, text: &str) -> Option<()> {
    let stream = reader.get_mut();
    stream.write_all(format!("{text}\r\n").as_bytes()).ok()?;
    stream.flush().ok()
}

fn read_line<S: Read>(reader: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
}

fn read_data<S: Read>(reader: &mut BufReader<S>) -> Option<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.as_str() {
            ".\r\n" => return Some(data),
            "" => return None,
            _ => data.push_str(line.strip_prefix("..").map_or(line.as_str(), |_| &line[1..])),
        }
    }
}

/// Runs a test with a mail server on SQLite, and on PostgreSQL if `TACIT_TEST_POSTGRES` names a server.
pub async fn each_engine_with_mail(test: impl AsyncFn(&TestServer, &MailServer)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    let mails = MailServer::start();
    test(&start(&sqlite, folder, Mailer::new(mails.settings())).await, &mails).await;
    on_postgres(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let mails = MailServer::start();
        let mailer = Mailer::new(mails.settings());
        test(&start(database, folder, mailer).await, &mails).await;
    })
    .await;
}

/// A server that sends by `mailer`.
pub async fn start(
    database: &tacit_store::Settings,
    folder: tempfile::TempDir,
    mailer: Option<Mailer>,
) -> TestServer {
    let settings = Settings { mailer, site_url: Some(SITE.to_owned()), ..Settings::default() };
    TestServer::start_node(database, folder, Node { seed: 1, timing: Timing::default(), settings }).await
}

/// What the job does in each round.
pub async fn round(server: &TestServer) {
    deliver::send_due(&server.app).await.unwrap();
}
