//! `tacit audit checkpoint`, `tacit audit proof` and `tacit audit verify-proof`.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use tacit_core::audit_chain::{Checkpoint, Proof};
use tacit_store::{StoreError, audit_checkpoints};

use super::{open, unreadable};
use crate::{
    app::{Error, audit::proof},
    cli::{config::Settings, failure::Failure, terminal},
};

/// Organizations that are printed at most.
const CHECKPOINTS_MAX: i64 = 100_000;
/// Size of a proof, in bytes, at most.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Prints the newest checkpoints, a line each.
pub(super) async fn checkpoints(settings: &Settings) -> Result<(), Failure> {
    let database = open(settings).await?;
    let rows = async { audit_checkpoints::list_newest(&mut database.read().await?, CHECKPOINTS_MAX).await };
    let failed = |error: StoreError| unreadable(settings, &Error::from(error));
    for row in rows.await.map_err(failed)? {
        terminal::line(&Checkpoint::try_from(row).map_err(failed)?.to_line());
    }
    Ok(())
}

/// Prints the proof of an event.
pub(super) async fn print(settings: &Settings, id: &str) -> Result<(), Failure> {
    let database = open(settings).await?;
    let proof = async { proof::find(&mut database.read().await?, id).await };
    match proof.await {
        Ok(Some(proof)) => {
            terminal::line(&serde_json::to_string_pretty(&proof).unwrap_or_default());
            Ok(())
        }
        Ok(None) => Err(Failure::failed(
            format!("there is no proof of an event {id:?}"),
            "check the id; what is not signed yet will be within ten minutes while a server runs",
        )),
        Err(error) => Err(unreadable(settings, &error)),
    }
}

/// Checks a proof and says what it proves.
pub(super) fn check(file: &Path, keys: &[String]) -> Result<(), Failure> {
    let text = read(file).map_err(|error| {
        Failure::settings(format!("cannot read {}: {error}", file.display()), "name the file of the proof")
    })?;
    let invalid = |reason: &dyn std::fmt::Display| {
        Failure::failed(format!("the proof does not hold: {reason}"), "do not trust this event")
    };
    let proof: Proof = serde_json::from_str(&text).map_err(|error| invalid(&error))?;
    let key = proof.check().map_err(|error| invalid(&error))?;
    if !keys.is_empty() && !keys.iter().any(|fingerprint| fingerprint == key.id()) {
        return Err(invalid(&format!("it is signed by the key {}, which you did not name", key.id())));
    }
    let (sequence, id, kind) = (proof.sequence, &proof.event.id, &proof.event.event_type);
    terminal::line(&format!(
        "event {sequence} ({kind}, {id}) is in the log that key {} has signed",
        key.id()
    ));
    if keys.is_empty() {
        terminal::line("compare that fingerprint with one you got from the operator, or name it with --key");
    }
    Ok(())
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().lock().take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    } else {
        File::open(file)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    }
    Ok(text)
}
