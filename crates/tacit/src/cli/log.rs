//! The log of a server: lines for people on a terminal, one JSON object a line elsewhere. Of any other command: lines for
//! people, because a person or their script reads it. It never holds a value, a password, a token or a key.

use std::{
    io::{self, IsTerminal},
    sync::atomic::{AtomicBool, Ordering},
};

use tracing_subscriber::EnvFilter;

use super::{
    config::{LogFormat, Settings},
    failure::Failure,
    terminal,
};

/// Whether failures go to the log too, because the log is what is read.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Starts the log of a server on standard error.
///
/// # Errors
///
/// If the level cannot be understood.
pub(super) fn start_of_server(settings: &Settings) -> Result<(), Failure> {
    start(settings, !io::stderr().is_terminal())
}

/// Starts the log of any other command on standard error.
///
/// # Errors
///
/// If the level cannot be understood.
pub(super) fn start_of_command(settings: &Settings) -> Result<(), Failure> {
    start(settings, false)
}

/// `is_json_wanted` unless the settings say.
fn start(settings: &Settings, is_json_wanted: bool) -> Result<(), Failure> {
    let filter = EnvFilter::builder().parse(&settings.log_level).map_err(|error| {
        Failure::settings(
            format!("the log level {:?} is not valid: {error}", settings.log_level),
            "write error, warn, info, debug or trace",
        )
    })?;
    let is_json = match settings.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => is_json_wanted,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let has_colour = io::stderr().is_terminal() && terminal::is_colour_wanted();
    // Setting it a second time is refused, and the first stays: there is only one start.
    let _ = if is_json {
        IS_JSON.store(true, Ordering::Relaxed);
        tracing::subscriber::set_global_default(log.json().flatten_event(true).finish())
    } else {
        tracing::subscriber::set_global_default(log.with_ansi(has_colour).finish())
    };
    Ok(())
}

/// Says why the command ends.
pub(super) fn failure(failure: &Failure) {
    if IS_JSON.load(Ordering::Relaxed) {
        tracing::error!(next_step = failure.next, "{failure}");
    } else {
        terminal::error_line(&format!("error: {failure}\n  next: {}", failure.next));
    }
}
