//! A server whose root key is under a passphrase, or wrapped by a token whose PIN it does not have: it answers that it is
//! sealed until somebody gives the passphrase or the PIN, on its terminal or over a socket that only its own user may
//! open.

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use axum_server::{
    Handle, Server,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixListener, UnixStream},
    task::JoinHandle,
};
use zeroize::Zeroizing;

use tacit_core::{keyring::passphrase::BYTES_MAX, random::Random};

use super::{
    config::Settings,
    failure::{Failure, Kind},
    files, places,
    root_key::{self, unlock::Unlock},
    stop::Signals,
    terminal,
};
use crate::http::sealed;

/// How long who connects may take to send a passphrase.
const READ_MAX: Duration = Duration::from_secs(10);
/// How long a wrong passphrase makes wait, beside what Argon2 takes.
const WRONG_PAUSE: Duration = Duration::from_secs(1);
/// How often a passphrase is asked for on the terminal.
const TERMINAL_TRIES: u32 = 3;
/// How long answers in progress may take when the server is unsealed.
const DRAIN_MAX: Duration = Duration::from_secs(1);

/// What the other side reads when the passphrase was right.
pub(super) const UNSEALED: &str = "unsealed";

/// Where the socket is.
pub(super) fn socket(settings: &Settings) -> PathBuf {
    settings.data_folder.join("unseal.sock")
}

/// Waits for the passphrase or the PIN, if the root key needs one. `listener` is answered meanwhile. `None` if the
/// server is asked to stop before.
///
/// # Errors
///
/// If the key file cannot be read, or the socket cannot be made.
pub(super) async fn wait(
    settings: &Settings,
    listener: TcpListener,
    tls: Option<&RustlsConfig>,
    signals: &mut Signals,
) -> Result<Option<(TcpListener, Unlock)>, Failure> {
    let Some(awaited) = root_key::awaited(&settings.root_key)? else {
        return Ok(Some((listener, Unlock::Nobody)));
    };
    if terminal::can_ask() {
        return Ok(Some((listener, ask(settings)?)));
    }
    let address = listener.local_addr().map(|address| {
        let scheme = if tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    });
    let path = socket(settings);
    let socket = bind(settings, &path)?;
    let (listener, answering) = answer(listener, tls).map_err(|error| {
        Failure::new(Kind::Listen, format!("cannot accept connections: {error}"), "start again")
    })?;
    tracing::warn!(
        address = address.unwrap_or_default(),
        socket = %path.display(),
        "sealed: give {awaited} with: tacit unseal"
    );
    let unlock = tokio::select! {
        unlock = passphrase(settings, &socket) => Some(unlock),
        () = signals.next() => None,
    };
    let _ = std::fs::remove_file(&path);
    answering.stop().await;
    tracing::info!("{}", if unlock.is_some() { "unsealed" } else { "stopped" });
    Ok(unlock.map(|unlock| (listener, unlock)))
}

fn ask(settings: &Settings) -> Result<Unlock, Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut unlock = Unlock::Ask;
        match root_key::load(&settings.root_key, false, &mut unlock, &Random::system()) {
            Ok(_) => return Ok(unlock),
            Err(failure) if tries < TERMINAL_TRIES => terminal::error_line(&failure.cause),
            Err(failure) => return Err(failure),
        }
    }
}

/// Binds the socket for the server's user alone.
fn bind(settings: &Settings, path: &Path) -> Result<UnixListener, Failure> {
    let unusable = |error: &io::Error| {
        Failure::new(
            Kind::RootKey,
            format!("cannot make the socket {}: {error}", places::shown(path)),
            "make the data folder writable; its path must be shorter than 100 characters",
        )
    };
    files::make_private_folder(&settings.data_folder).map_err(|error| unusable(&error))?;
    // One of an earlier start that was killed.
    let _ = std::fs::remove_file(path);
    let socket = UnixListener::bind(path).map_err(|error| unusable(&error))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .map_err(|error| unusable(&error))?;
    Ok(socket)
}

/// Takes passphrases, one after the other, until one is right.
async fn passphrase(settings: &Settings, socket: &UnixListener) -> Unlock {
    loop {
        let Ok((mut stream, _)) = socket.accept().await else {
            tokio::time::sleep(WRONG_PAUSE).await;
            continue;
        };
        // The mode of the socket lets nobody else in; this holds also where a file system ignores modes.
        if !is_own(&stream) {
            tracing::warn!("another user of this machine tried to unseal the server");
            continue;
        }
        let given = tokio::time::timeout(READ_MAX, read(&mut stream)).await;
        let Ok(Ok(given)) = given else { continue };
        match try_open(settings, given).await {
            Ok(unlock) => {
                let _ = stream.write_all(UNSEALED.as_bytes()).await;
                return unlock;
            }
            Err(cause) => {
                tracing::warn!(cause, "not unsealed");
                tokio::time::sleep(WRONG_PAUSE).await;
                let _ = stream.write_all(cause.as_bytes()).await;
            }
        }
    }
}

fn is_own(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

async fn read(stream: &mut UnixStream) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    stream.take(BYTES_MAX as u64 + 1).read_to_string(&mut text).await?;
    Ok(text)
}

/// Argon2 takes its time, so it runs where nobody waits for the thread.
async fn try_open(settings: &Settings, given: Zeroizing<String>) -> Result<Unlock, String> {
    let source = settings.root_key.clone();
    let work = move || {
        let mut unlock = Unlock::Given(given);
        root_key::load(&source, false, &mut unlock, &Random::system()).map(|_| unlock)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(unlock)) => Ok(unlock),
        Ok(Err(failure)) => Err(failure.cause),
        Err(error) => Err(error.to_string()),
    }
}

/// What answers while the server is sealed.
struct Answering {
    handle: Handle<SocketAddr>,
    task: JoinHandle<io::Result<()>>,
}

impl Answering {
    async fn stop(self) {
        self.handle.graceful_shutdown(Some(DRAIN_MAX));
        let _ = self.task.await;
    }
}

/// Answers on the listener; returns one more for the same address, for the server that comes.
fn answer(listener: TcpListener, tls: Option<&RustlsConfig>) -> io::Result<(TcpListener, Answering)> {
    let listener = listener.into_std()?;
    let (later, now) = (listener.try_clone()?, listener);
    let handle = Handle::new();
    let server = Server::<SocketAddr>::from_listener(TcpListener::from_std(now)?).handle(handle.clone());
    let service = sealed::router().into_make_service();
    let task = match tls.cloned() {
        None => tokio::spawn(server.serve(service)),
        Some(config) => {
            let server = server.map(|acceptor| RustlsAcceptor::new(config).acceptor(acceptor));
            tokio::spawn(server.serve(service))
        }
    };
    Ok((TcpListener::from_std(later)?, Answering { handle, task }))
}
