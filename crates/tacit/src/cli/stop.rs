//! Stopping without losing anything: requests in progress end, then what is only in memory or in the
//! journal goes to the database.

use std::{fs, io, net::SocketAddr, path::Path, time::Duration};

use axum_server::Handle;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
    task::JoinHandle,
};

use super::{
    banner::SetupTokenPlace,
    failure::{Failure, Kind},
};
use crate::{
    app::{App, backup::Latest},
    jobs::{
        deliver_audit_streams, deliver_webhooks, flush_uses, follow_nodes, make_backups, prune,
        prune_audit_log, rotate_data_keys, seal_audit_log, send_mails, sweep_answers,
    },
};

/// How long requests in progress may take to end once the server is asked to stop. Below the 30 s
/// after which containers are killed.
const DRAIN_MAX: Duration = Duration::from_secs(20);
/// How long what is left in memory may take to reach the database after that.
const FLUSH_MAX: Duration = Duration::from_secs(5);

/// SIGTERM and SIGINT.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Begins to watch, so that a signal during the start is not lost.
    pub(super) fn install() -> Result<Self, Failure> {
        let install = |kind| {
            signal(kind).map_err(|error| {
                Failure::failed(
                    format!("cannot watch for signals: {error}"),
                    "check the limits of this machine",
                )
            })
        };
        Ok(Self {
            terminate: install(SignalKind::terminate())?,
            interrupt: install(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// The first signal says to clients and load balancers that they should go elsewhere, serves for
    /// `delay` more, and then lets requests in progress end; each further one skips one of these.
    /// Streams of events end before that: they would never end by themselves.
    pub(super) async fn stop(mut self, handle: Handle<SocketAddr>, app: App, delay: Duration) {
        self.next().await;
        app.draining.begin();
        if !delay.is_zero() {
            tracing::info!(seconds = delay.as_secs(), "draining");
            let _ = tokio::time::timeout(delay, self.next()).await;
        }
        tracing::info!(connections = handle.connection_count(), "stopping");
        app.changes.stop();
        handle.graceful_shutdown(Some(DRAIN_MAX));
        self.next().await;
        handle.shutdown();
    }
}

/// Work in the background.
pub(super) struct Jobs {
    stop: oneshot::Sender<()>,
    /// Has something to finish at the end.
    uses: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts them. `backups` is told how the last backup went.
    pub(super) fn start(app: &App, backups: Latest) -> Self {
        let (stop, stopped) = oneshot::channel();
        let uses = flush_uses::run(app.clone(), async {
            // An error means that the sender is gone, which is a stop too.
            let _ = stopped.await;
        });
        Self {
            stop,
            uses: tokio::spawn(uses),
            others: vec![
                tokio::spawn(prune::run(app.clone())),
                tokio::spawn(make_backups::run(app.clone(), backups)),
                tokio::spawn(deliver_webhooks::run(app.clone())),
                tokio::spawn(deliver_audit_streams::run(app.clone())),
                tokio::spawn(follow_nodes::run(app.clone())),
                tokio::spawn(rotate_data_keys::run(app.clone())),
                tokio::spawn(send_mails::run(app.clone())),
                tokio::spawn(sweep_answers::run(app.clone())),
                tokio::spawn(seal_audit_log::run(app.clone())),
                tokio::spawn(prune_audit_log::run(app.clone())),
            ],
        }
    }

    async fn finish(self) {
        drop(self.stop);
        for job in self.others {
            job.abort();
        }
        if tokio::time::timeout(FLUSH_MAX, self.uses).await.is_err() {
            tracing::warn!("the last uses of credentials could not be stored in time");
        }
    }
}

/// Moves what is only in memory or in the journal to the database.
pub(super) async fn finish(app: &App, jobs: Jobs, token: Option<SetupTokenPlace>) -> Result<(), Failure> {
    if let Some(SetupTokenPlace::File(path)) = token {
        remove(&path);
    }
    tokio::join!(jobs.finish(), end_backups(app));
    match tokio::time::timeout(FLUSH_MAX, app.audit.flush()).await {
        Ok(Ok(())) => {
            tracing::info!("stopped");
            Ok(())
        }
        Ok(Err(error)) => Err(not_flushed(&error)),
        Err(_) => Err(not_flushed(&"the database took too long")),
    }
}

/// Ends the backup that is being made, if there is one: its thread would go on while everything it needs is taken away.
async fn end_backups(app: &App) {
    if tokio::time::timeout(FLUSH_MAX, app.backups.stop()).await.is_err() {
        tracing::warn!("a backup did not end in time");
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %path.display(), "the set-up token's file stays; it does not work any more");
    }
}

fn not_flushed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Kind::Database,
        format!("stopped, but audit events are still in the journal: {error}"),
        "start again on the same data folder: they are moved to the database then",
    )
}
