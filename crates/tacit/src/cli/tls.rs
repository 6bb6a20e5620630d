//! TLS of the listener: rustls on aws-lc, and certificates that change while the server runs.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::aws_lc_rs;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use super::{
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
pub(super) async fn load(files: &TlsFiles) -> Result<RustlsConfig, Failure> {
    use_aws_lc();
    let (certificate, key) = read(files)?;
    RustlsConfig::from_pem(certificate, key).await.map_err(|error| unusable(files, &error))
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
        match reload(&config, &files).await {
            Ok(()) => tracing::info!("the TLS certificate was read again"),
            Err(failure) => {
                tracing::error!(next_step = failure.next, "{failure}; the old certificate stays in use");
            }
        }
    }
}

async fn reload(config: &RustlsConfig, files: &TlsFiles) -> Result<(), Failure> {
    let (certificate, key) = read(files)?;
    config.reload_from_pem(certificate, key).await.map_err(|error| unusable(files, &error))
}

fn read(files: &TlsFiles) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let file = |path: &Path| {
        fs::read(path).map_err(|error| {
            Failure::new(
                Kind::Listen,
                format!("cannot read {}: {error}", path.display()),
                "check --tls-cert and --tls-key",
            )
        })
    };
    Ok((file(&files.certificate)?, file(&files.key)?))
}

/// When each file was changed, and how long it is.
fn stamps(files: &TlsFiles) -> [Option<(SystemTime, u64)>; 2] {
    [&files.certificate, &files.key].map(|path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

fn unusable(files: &TlsFiles, error: &io::Error) -> Failure {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    Failure::new(
        Kind::Listen,
        format!("the certificate {certificate} and the key {key} cannot be used: {error}"),
        "give a PEM certificate chain, leaf first, and the one PEM key that belongs to it",
    )
}
