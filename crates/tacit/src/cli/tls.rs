//! TLS of the listener: rustls on aws-lc, and certificates that change while the server runs.

use std::{
    fs, io,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use zeroize::Zeroizing;

use super::{
    any_certificate::AnyCertificate,
    config::TlsFiles,
    failure::{Failure, Kind},
};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Makes aws-lc the provider of this process. A second call changes nothing.
pub(super) fn use_aws_lc() {
    let _ = aws_lc_rs::default_provider().install_default();
}

/// Reads certificate and key.
///
/// # Errors
///
/// If a file cannot be read, holds something else, or the key is not that of the certificate.
pub(super) fn load(files: &TlsFiles) -> Result<RustlsConfig, Failure> {
    use_aws_lc();
    Ok(RustlsConfig::from_config(read(files)?))
}

/// The signal that asks for the files to be read again. Until this is called SIGHUP ends the process, so
/// call it before anybody is told that the server listens.
///
/// # Errors
///
/// If the system does not let it.
pub(super) fn hangups() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Takes new files into use when they change or SIGHUP comes. Runs until it is dropped.
///
/// Files that do not fit, such as a new certificate whose key is not written yet, are logged and the
/// old ones stay in use.
pub(super) async fn keep_fresh(config: RustlsConfig, files: TlsFiles, mut hangups: Signal) {
    let mut clock = interval(LOOK_EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = stamps(&files);
    loop {
        tokio::select! {
            _ = hangups.recv() => {}
            _ = clock.tick() => if stamps(&files) == seen { continue },
        }
        seen = stamps(&files);
        match read(&files) {
            Ok(new) => {
                config.reload_from_config(new);
                tracing::info!("the TLS certificate was read again");
            }
            Err(failure) => {
                tracing::error!(next_step = failure.next, "{failure}; the old certificate stays in use");
            }
        }
    }
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, Failure> {
    let file = |path: &Path| {
        fs::read(path).map_err(|error| {
            Failure::new(
                Kind::Listen,
                format!("cannot read {}: {error}", path.display()),
                "check --tls-cert and --tls-key",
            )
        })
    };
    let (certificate, key) = (file(&files.certificate)?, Zeroizing::new(file(&files.key)?));
    let made = server_config(&certificate, &key, files.asks_clients);
    made.map(Arc::new).map_err(|error| unusable(files, &*error))
}

fn server_config(
    certificate: &[u8],
    key: &[u8],
    asks_clients: bool,
) -> Result<ServerConfig, Box<dyn std::error::Error>> {
    let certificates = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(key)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if asks_clients {
        builder.with_client_cert_verifier(Arc::new(AnyCertificate::new(&provider)))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_single_cert(certificates, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// When each file was changed, and how long it is.
fn stamps(files: &TlsFiles) -> [Option<(SystemTime, u64)>; 2] {
    [&files.certificate, &files.key].map(|path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

fn unusable(files: &TlsFiles, error: &dyn std::error::Error) -> Failure {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    Failure::new(
        Kind::Listen,
        format!("the certificate {certificate} and the key {key} cannot be used: {error}"),
        "give a PEM certificate chain, leaf first, and the one PEM key that belongs to it",
    )
}
