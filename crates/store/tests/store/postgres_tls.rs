//! TLS to PostgreSQL: a stand-in in front of the test server ends TLS, or offers none.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use tacit_store::{Database, Settings};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::engines::postgres_schema;

/// What a client sends first if it wants TLS: its length and a number, both of four bytes.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// What stands in for a server.
struct Front {
    address: SocketAddr,
    tls_connections: Arc<AtomicUsize>,
}

impl Front {
    /// Passes on to `server`, with TLS if there is an acceptor.
    async fn start(server: SocketAddr, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tls_connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&tls_connections);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, server, tls.clone(), Arc::clone(&count)));
            }
        });
        Self { address, tls_connections }
    }
}

async fn pass_on(
    mut client: TcpStream,
    server: SocketAddr,
    tls: Option<TlsAcceptor>,
    count: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let mut first = [0; 8];
    client.read_exact(&mut first).await?;
    if first != TLS_REQUEST {
        server.write_all(&first).await?;
    } else if let Some(tls) = tls {
        client.write_all(b"S").await?;
        let mut client = tls.accept(client).await?;
        count.fetch_add(1, Ordering::SeqCst);
        copy_bidirectional(&mut client, &mut server).await?;
        return Ok(());
    } else {
        client.write_all(b"N").await?;
    }
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// A certificate for `localhost`, also written to a file.
fn acceptor(file: &Path) -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(file, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Whether the way to the database was encrypted; `None` if it could not be opened.
async fn is_encrypted(url: &str, front: &Front) -> Option<bool> {
    let before = front.tls_connections.load(Ordering::SeqCst);
    Database::open(&Settings::Postgres(url.to_owned())).await.ok()?;
    Some(front.tls_connections.load(Ordering::SeqCst) > before)
}

#[tokio::test]
async fn modes_and_roots_decide_as_for_other_clients_of_postgresql() {
    let Some(url) = postgres_schema().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (folder.path().join("own.pem"), folder.path().join("other.pem"));
    acceptor(&other);
    let (_, place) = url.rsplit_once('@').unwrap();
    let server = &place[..place.find('/').unwrap()];
    let plain = Front::start(server.parse().unwrap(), None).await;
    let tls = Front::start(server.parse().unwrap(), Some(acceptor(&own))).await;
    let (own, other) = (own.display(), other.display());
    let root = |mode: &str, file: &dyn std::fmt::Display| format!("sslmode={mode}&sslrootcert={file}");

    for (front, host, options, expected) in [
        (&plain, "localhost", String::new(), Some(false)),
        (&plain, "localhost", "sslmode=prefer".to_owned(), Some(false)),
        (&plain, "localhost", "sslmode=require".to_owned(), None),
        (&plain, "localhost", root("verify-full", &own), None),
        (&tls, "127.0.0.1", String::new(), Some(true)),
        (&tls, "127.0.0.1", "sslmode=disable".to_owned(), Some(false)),
        (&tls, "127.0.0.1", "sslmode=require".to_owned(), Some(true)),
        (&tls, "127.0.0.1", root("require", &own), Some(true)),
        (&tls, "127.0.0.1", root("require", &other), None),
        (&tls, "127.0.0.1", root("verify-ca", &own), Some(true)),
        (&tls, "127.0.0.1", root("verify-ca", &other), None),
        (&tls, "127.0.0.1", root("verify-full", &own), None),
        (&tls, "localhost", root("verify-full", &own), Some(true)),
        (&tls, "localhost", root("verify-full", &other), None),
        (&tls, "localhost", "sslmode=verify-full".to_owned(), None),
    ] {
        let url = url.replace(server, &format!("{host}:{}", front.address.port()));
        let found = is_encrypted(&format!("{url}&{options}"), front).await;
        assert_eq!(found, expected, "{host} {options}");
    }
}
