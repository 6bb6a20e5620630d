//! `tacit server`: listen, serve, stop.

use std::{fs, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum_server::{
    Handle, Server,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use tokio::{net::TcpListener, runtime::Builder};

use super::{
    arguments::ServerArguments,
    banner::{self, SetupTokenPlace},
    config::{self, Settings},
    connection::{Connections, Tuned},
    failure::{Failure, Kind},
    files, log,
    metrics::Metrics,
    process_limits,
    root_key::watch,
    sealed,
    start::{self, Purpose, Started},
    stop::{self, Jobs, Signals},
    terminal, tls,
};
use crate::{
    app::{App, backup::Latest},
    http::{
        limits::Limits,
        rate_limit::RateLimits,
        shell::{self, Shell},
    },
};

/// How long a kept connection may be idle or take to send a request's head: above the 60 s that
/// proxies commonly keep theirs, so that it is they who close.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// Bytes of a request's head: what every browser and proxy sends fits many times. Also the most that is read of
/// a body at a time.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Requests that one HTTP/2 connection may have open.
const STREAMS_MAX: u32 = 128;
/// Requests of one HTTP/2 connection that were taken back before anybody looked at them; more end it.
const RESETS_MAX: usize = 20;
/// How often an HTTP/2 connection is asked whether the client is still there, and how long it may take to say so.
const PING_INTERVAL: Duration = Duration::from_mins(1);
const PONG_MAX: Duration = Duration::from_secs(20);
/// How long a connection to the metrics may take to send the head of a request.
const METRICS_HEAD_MAX: Duration = Duration::from_secs(75);

/// Runs the server until it is asked to stop.
pub(super) fn run(flags: ServerArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags, file)?;
    log::start_of_server(&settings)?;
    refuse_plain_text(&settings)?;
    process_limits::refuse_core_dumps();
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("cannot start threads: {error}"), "check the limits of this machine")
    })?;
    let result = runtime.block_on(serve(&settings));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

/// Other machines need TLS, here or in a proxy (security 2).
fn refuse_plain_text(settings: &Settings) -> Result<(), Failure> {
    if settings.listen.ip().is_loopback() || settings.tls.is_some() || settings.is_behind_proxy {
        return Ok(());
    }
    Err(Failure::settings(
        format!(
            "{} is open to other machines, and without TLS they could read every secret",
            settings.listen
        ),
        "add --tls-cert and --tls-key, or --behind-proxy if a proxy in front does TLS",
    ))
}

async fn serve(settings: &Settings) -> Result<(), Failure> {
    let mut signals = Signals::install()?;
    let listener = bind(settings.listen, "--listen").await?;
    let listen = listener.local_addr().map_err(|error| cannot_listen(settings.listen, "--listen", &error))?;
    let tls = match &settings.tls {
        Some(files) => Some(tls::load(files)?),
        None => None,
    };
    let metrics_listener = match settings.metrics_listen {
        Some(address) => Some(bind(address, "--metrics-listen").await?),
        None => None,
    };
    let Some((listener, mut unlock)) = sealed::wait(settings, listener, tls.as_ref(), &mut signals).await?
    else {
        return Ok(());
    };
    let started = start::start(settings, &mut unlock, Purpose::Serve).await?;
    let token = setup_token(settings, &started)?;

    let handle = Handle::new();
    let backups = Latest::default();
    let metrics = metrics(&started.app, &handle, backups.clone());
    let front = Front::new(settings, shell(settings, &started.app, metrics.clone()));
    tokio::spawn(signals.stop(handle.clone(), started.app.clone(), settings.drain_delay));
    if let Some(listener) = metrics_listener {
        serve_metrics(listener, metrics);
    }
    keep_certificate_fresh(settings, tls.as_ref());
    tokio::spawn(watch::run(started.app.clone(), settings.root_key.clone()));
    let jobs = Jobs::start(&started.app, backups);
    banner::show(settings, &started, listen, token.as_ref());
    answer(listener, tls, handle, front).await.map_err(|error| {
        Failure::new(Kind::Listen, format!("cannot accept connections: {error}"), "start again")
    })?;
    stop::finish(&started.app, jobs, token).await
}

fn metrics(app: &App, handle: &Handle<SocketAddr>, backups: Latest) -> Metrics {
    let streams = app.clone();
    Metrics::new(app.now().seconds(), handle.clone(), backups, move || streams.changes.stream_count())
}

fn shell(settings: &Settings, app: &App, metrics: Metrics) -> Shell {
    let about_connections = shell::Settings {
        trusted_proxies: settings.trusted_proxies.clone(),
        client_certificate_header: settings.client_certificate_header.clone(),
        is_tls: settings.tls.is_some(),
        limits: Arc::new(Limits::new(settings.limits.body_time, RateLimits::new(settings.limits.rates))),
    };
    Shell::new(app.clone(), about_connections, move |status, duration| metrics.answered(status, duration))
}

/// Serves until `handle` is told to stop and the requests in progress have ended.
async fn answer(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
    front: Front,
) -> io::Result<()> {
    let mut server = bounded(listener, front.head_time).handle(handle).acceptor(front.tuned);
    server.http_builder().http1().header_read_timeout(IDLE_MAX);
    match tls {
        None => server.serve(front.connections).await,
        Some(config) => {
            let server = server.map(|acceptor| RustlsAcceptor::new(config).acceptor(acceptor));
            server.serve(front.connections).await
        }
    }
}

/// What clients meet first.
struct Front {
    connections: Connections,
    tuned: Tuned,
    head_time: Duration,
}

impl Front {
    fn new(settings: &Settings, shell: Shell) -> Self {
        let limits = settings.limits;
        let possible = process_limits::raise_open_files();
        if possible < limits.connections_max {
            tracing::warn!(
                connections = possible,
                "this process may open too few files for --max-connections: that many will be taken"
            );
        }
        Self {
            connections: Connections::new(shell, limits.connections_max.min(possible)),
            tuned: Tuned { send_time: limits.send_time },
            head_time: limits.head_time,
        }
    }
}

/// A server that takes so much of a connection before a request of it is looked at (`docs/limits.md`).
fn bounded(listener: TcpListener, head_time: Duration) -> Server<SocketAddr> {
    let mut server = Server::from_listener(listener).first_request_timeout(head_time);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(head_time).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PONG_MAX);
    server
}

fn serve_metrics(listener: TcpListener, metrics: Metrics) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "serving metrics at /metrics");
    }
    let service = metrics.router().into_make_service();
    tokio::spawn(bounded(listener, METRICS_HEAD_MAX).serve(service));
}

fn keep_certificate_fresh(settings: &Settings, tls: Option<&RustlsConfig>) {
    if let (Some(files), Some(config)) = (settings.tls.clone(), tls.cloned()) {
        match tls::hangups() {
            Ok(hangups) => drop(tokio::spawn(tls::keep_fresh(config, files, hangups))),
            Err(error) => tracing::error!(%error, "the TLS certificate will not be read again"),
        }
    }
}

/// Hands out the set-up token while the instance has no administrator: for the person at the terminal,
/// else in a file, because logs are kept and copied.
fn setup_token(settings: &Settings, started: &Started) -> Result<Option<SetupTokenPlace>, Failure> {
    let path = settings.data_folder.join("setup-token");
    // One of an earlier start is of no use any more.
    let _ = fs::remove_file(&path);
    let Some(token) = &started.app.setup_token else { return Ok(None) };
    if terminal::is_read_by_a_person() {
        return Ok(Some(SetupTokenPlace::Shown(token.text().to_owned())));
    }
    files::create_private(&path, format!("{}\n", token.text()).as_bytes()).map_err(|error| {
        Failure::new(
            Kind::Database,
            format!("cannot write the set-up token to {}: {error}", path.display()),
            "make the data folder writable",
        )
    })?;
    Ok(Some(SetupTokenPlace::File(path)))
}

async fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, flag, &error))
}

fn cannot_listen(address: SocketAddr, flag: &str, error: &io::Error) -> Failure {
    let (cause, next) = match error.kind() {
        io::ErrorKind::AddrInUse => {
            let other = SocketAddr::new(address.ip(), address.port().saturating_add(1));
            (
                format!("port {} is taken by another process", address.port()),
                format!("stop that, or choose another port: {flag} {other}"),
            )
        }
        io::ErrorKind::PermissionDenied => (
            format!("this user may not listen on port {}", address.port()),
            format!("choose a port above 1023 with {flag}"),
        ),
        io::ErrorKind::AddrNotAvailable => {
            (format!("{} is no address of this machine", address.ip()), format!("check {flag}"))
        }
        _ => (format!("cannot listen on {address}: {error}"), format!("check {flag}")),
    };
    Failure::new(Kind::Listen, cause, next)
}
