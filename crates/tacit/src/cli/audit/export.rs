//! `tacit audit export`: asks a running server, whose log tells of it.

use std::{io, path::Path, time::Duration};

use super::arguments::ExportArguments;
use crate::cli::{
    client::{Client, Trust},
    failure::Failure,
    sign_in,
};

/// How long a whole file may take.
const TIME_MAX: Duration = Duration::from_hours(6);

/// Writes the events to standard output.
pub(super) fn run(flags: &ExportArguments, file: Option<&Path>) -> Result<(), Failure> {
    let token = sign_in::token_from_environment().ok_or_else(|| {
        Failure::settings(
            "no access token",
            "put one into TACIT_TOKEN; it must be allowed to read the audit log",
        )
    })?;
    let client = Client::new(&flags.server, file, TIME_MAX, Trust::Configured)?.with_token(token);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("format", &flags.format);
    for filter in &flags.filter {
        let (name, value) = filter.split_once('=').ok_or_else(|| {
            Failure::settings(format!("{filter:?} is no filter"), "write it like eventType=create-secret")
        })?;
        query.append_pair(name, value);
    }
    let path = format!("/api/ui/v1/audit-logs/export?{}", query.finish());
    client.save(&path, &mut io::stdout().lock())?;
    Ok(())
}
