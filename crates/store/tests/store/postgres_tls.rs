//! TLS to PostgreSQL: a stand-in in front of the test server ends TLS, or offers none.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
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
fn acceptor(file: &Path, is_ca: IsCa) -> TlsAcceptor {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.is_ca = is_ca;
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    std::fs::write(file, certificate.pem()).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
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
    let [own, other, authority] = ["own", "other", "authority"].map(|name| folder.path().join(name));
    acceptor(&other, IsCa::NoCa);
    let (_, place) = url.rsplit_once('@').unwrap();
    let server = &place[..place.find('/').unwrap()];
    let plain = Front::start(server.parse().unwrap(), None).await;
    let tls = Front::start(server.parse().unwrap(), Some(acceptor(&own, IsCa::NoCa))).await;
    // As `openssl req -x509` makes them.
    let is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = Front::start(server.parse().unwrap(), Some(acceptor(&authority, is_ca))).await;
    let (own, other, authority) = (own.display(), other.display(), authority.display());
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
        (&ca, "127.0.0.1", root("verify-ca", &authority), Some(true)),
        (&ca, "127.0.0.1", root("verify-ca", &other), None),
        (&ca, "127.0.0.1", root("verify-full", &authority), None),
        (&ca, "localhost", root("verify-full", &authority), Some(true)),
    ] {
        let url = url.replace(server, &format!("{host}:{}", front.address.port()));
        let found = is_encrypted(&format!("{url}&{options}"), front).await;
        assert_eq!(found, expected, "{host} {options}");
    }
}
