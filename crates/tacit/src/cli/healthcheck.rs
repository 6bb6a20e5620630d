//! `tacit healthcheck`: whether the server answers, for containers that have no curl.

use std::{path::Path, time::Duration};

use super::{
    arguments::ServerAddress,
    client::{Client, Trust},
    failure::Failure,
    terminal,
};

/// How long the server may take.
const TIME_MAX: Duration = Duration::from_secs(5);

/// Asks for `/api/status`.
pub(super) fn run(address: &ServerAddress, file: Option<&Path>) -> Result<(), Failure> {
    // Nothing secret is sent, and the certificate is seldom one for 127.0.0.1.
    let client = Client::new(address, file, TIME_MAX, Trust::Anybody)?;
    client.get("/api/status")?;
    terminal::line("healthy");
    Ok(())
}
