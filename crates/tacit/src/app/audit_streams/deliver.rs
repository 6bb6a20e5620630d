//! From the log to where streams go. A node takes a stream under a lease, sends what comes after the last event that was
//! delivered, and moves that on: so one node at a time sends, in order, and what was being sent when it died is sent again.

use futures_util::{StreamExt, stream};
use tacit_core::time::Timestamp;
use tacit_store::{
    audit_events,
    audit_streams::{self, DueStreamRow},
};

use super::{Target, message::Message, send};
use crate::app::{App, Result, UnitOfWork};

/// Streams that a node sends at a time.
const AT_A_TIME: i64 = 16;
/// Events that are sent at once.
const EVENTS_MAX: i64 = 500;
/// Bytes that are sent at once, unless one event alone has more.
const BYTES_MAX: usize = 1024 * 1024;
/// How long a node may keep a stream: well above what sending may take.
const LEASE_SECONDS: i64 = 60;
/// The longest time between two attempts is two to this power, in seconds.
const BACKOFF_POWER_MAX: i64 = 8;

/// Sends what is due, to a bounded number of streams at a time. Returns how many came further.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn send_due(app: &App) -> Result<usize> {
    let now = app.now();
    if audit_streams::list_due(&mut app.database.read().await?, now, 1).await?.is_empty() {
        return Ok(0);
    }
    let lease = now.plus_seconds(LEASE_SECONDS);
    let due = app.write(move |work| Box::pin(claim(work, now, lease))).await?;
    let came_further = stream::iter(due).map(|stream| async move {
        attempt(app, &stream, lease).await.unwrap_or_else(|error| {
            tracing::warn!(%error, stream = %stream.id, "how an audit stream went could not be stored");
            false
        })
    });
    let came_further: Vec<bool> =
        came_further.buffer_unordered(usize::try_from(AT_A_TIME).unwrap_or(1)).collect().await;
    Ok(came_further.into_iter().filter(|further| *further).count())
}

async fn claim(work: &mut UnitOfWork, now: Timestamp, lease: Timestamp) -> Result<Vec<DueStreamRow>> {
    let mut claimed = Vec::new();
    for stream in audit_streams::list_due(&mut work.db, now, AT_A_TIME).await? {
        if audit_streams::claim(&mut work.db, &stream, now, lease).await? {
            claimed.push(stream);
        }
    }
    Ok(claimed)
}

async fn attempt(app: &App, stream: &DueStreamRow, lease: Timestamp) -> Result<bool> {
    let sent = send_next(app, stream).await;
    let (id, failed_before) = (stream.id.clone(), stream.failed_attempts);
    app.write(move |work| {
        Box::pin(async move {
            let now = work.app.now();
            match sent {
                Ok(sequence) => {
                    audit_streams::set_delivered(&mut work.db, &id, lease, sequence, now).await?;
                    Ok(true)
                }
                Err(error) => {
                    let next = now.plus_seconds(1 << (failed_before + 1).min(BACKOFF_POWER_MAX));
                    audit_streams::set_failed(&mut work.db, &id, lease, &error, next).await?;
                    Ok(false)
                }
            }
        })
    })
    .await
}

/// Sends the next events and returns the number of the last. The error is what people read at the stream.
async fn send_next(app: &App, stream: &DueStreamRow) -> Result<i64, String> {
    let (target, messages, last) = prepare(app, stream).await.map_err(|error| {
        tracing::error!(%error, stream = %stream.id, "an audit stream cannot be read");
        "the server cannot read this stream or its events".to_owned()
    })?;
    if !messages.is_empty() {
        let sent = send::send(app, &stream.organization_id, &stream.id, &target, messages).await;
        sent.map_err(|error| error.to_string())?;
    }
    Ok(last)
}

/// What to send, and the number of the last event of it. Events that are not kept any more are passed over.
async fn prepare(app: &App, stream: &DueStreamRow) -> Result<(Target, Vec<Message>, i64)> {
    let other = stream.other_data_key_ciphertext.as_ref();
    let key = app.keys.organization(&stream.organization_id, &stream.data_key_ciphertext, other)?;
    let target = Target::open(&key, &stream.id, &stream.target_ciphertext)?;
    let mut db = app.database.read().await?;
    let from = stream.delivered_sequence + 1;
    let rows = audit_events::list(&mut db, &stream.organization_id, from, EVENTS_MAX).await?;
    let (mut messages, mut bytes, mut last) = (Vec::new(), 0, stream.last_sequence);
    for row in &rows {
        let message = Message::from(row);
        bytes += message.json.len();
        if bytes > BYTES_MAX && !messages.is_empty() {
            break;
        }
        last = row.sequence;
        messages.push(message);
    }
    Ok((target, messages, last))
}
