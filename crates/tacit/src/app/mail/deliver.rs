//! Sending what waits: a mail is sent under a lease until it is sent or given up.

use futures_util::{StreamExt, stream};
use tacit_core::{id::MailId, time::Timestamp};
use tacit_store::mails::{self, MailRow};

use super::{
    mailer::{MailError, Mailer, Outgoing},
    outbox,
    texts::Kind,
};
use crate::app::{App, Error, Result, UnitOfWork};

/// Mails that a node sends at a time.
const AT_A_TIME: i64 = 4;
/// How long a node may keep a mail: well above what sending may take.
const LEASE_SECONDS: i64 = 120;
/// Attempts before a mail is given up, if it is not of no use before.
const ATTEMPTS_MAX: i64 = 12;
/// How long after the first failure it is tried again; each time twice as long.
const RETRY_FIRST_SECONDS: i64 = 15;
/// The longest wait between two attempts.
const RETRY_SECONDS_MAX: i64 = 3_600;

/// Sends what is due, a bounded number at a time. Returns how many were sent or failed.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn send_due(app: &App) -> Result<usize> {
    let Some(mailer) = &app.settings.mailer else { return Ok(0) };
    let now = app.now();
    if mails::list_due(&mut app.database.read().await?, now, 1).await?.is_empty() {
        return Ok(0);
    }
    let lease = now.plus_seconds(LEASE_SECONDS);
    let due = app.write(move |work| Box::pin(claim(work, now, lease))).await?;
    let count = due.len();
    stream::iter(due)
        .for_each_concurrent(None, |row| async move {
            if let Err(error) = attempt(app, mailer, row, lease).await {
                tracing::warn!(%error, "how a mail went could not be stored");
            }
        })
        .await;
    Ok(count)
}

async fn claim(work: &mut UnitOfWork, now: Timestamp, lease: Timestamp) -> Result<Vec<MailRow>> {
    let mut claimed = Vec::new();
    for row in mails::list_due(&mut work.db, now, AT_A_TIME).await? {
        if mails::claim(&mut work.db, &row.id, now, lease).await? {
            claimed.push(row);
        }
    }
    Ok(claimed)
}

async fn attempt(app: &App, mailer: &Mailer, row: MailRow, lease: Timestamp) -> Result<()> {
    let error = send(app, mailer, &row).await.err();
    let next = error.and_then(|error| next_attempt(app.now(), row.attempts + 1, error));
    if let Some(error) = &error {
        let is_given_up = next.is_none();
        tracing::warn!(mail = %row.id, kind = row.kind, %error, is_given_up, "a mail was not sent");
    }
    let id: MailId = row.id;
    app.write(move |work| {
        Box::pin(async move {
            match next {
                Some(next) => mails::retry(&mut work.db, &id, lease, next).await?,
                None => mails::delete(&mut work.db, &id).await?,
            }
            Ok(())
        })
    })
    .await
}

/// When to try again, if that may help.
fn next_attempt(now: Timestamp, attempts: i64, error: MailError) -> Option<Timestamp> {
    if error.is_final() || attempts >= ATTEMPTS_MAX {
        return None;
    }
    let steps = u32::try_from(attempts.max(1) - 1).unwrap_or(0);
    let wait = RETRY_FIRST_SECONDS.saturating_mul(2_i64.saturating_pow(steps)).min(RETRY_SECONDS_MAX);
    Some(now.plus_seconds(wait))
}

async fn send(app: &App, mailer: &Mailer, row: &MailRow) -> Result<(), MailError> {
    let kind = Kind::stored(&row.kind).ok_or(MailError::Unreadable)?;
    let text = outbox::open(app, row).map_err(|error: Error| {
        tracing::error!(%error, mail = %row.id, "a mail cannot be decrypted");
        MailError::Unreadable
    })?;
    let outgoing = Outgoing {
        id: row.id.as_str(),
        recipient: &row.recipient,
        subject: kind.subject(),
        text: &text,
        written_at: row.created_at,
    };
    mailer.send(outgoing).await
}

/// Removes mails that are of no use any more.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(app: &App) -> Result<()> {
    app.write(|work| {
        Box::pin(async move {
            let now = work.app.now();
            let count = mails::delete_expired(&mut work.db, now).await?;
            if count > 0 {
                tracing::warn!(count, "mails were not sent in time and are of no use any more");
            }
            Ok(())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_tried_again_later_and_later_but_not_if_that_cannot_help() {
        let start = Timestamp::from_millis(0);
        let wait = |attempts| next_attempt(start, attempts, MailError::NotConnected).map(Timestamp::seconds);

        assert_eq!((wait(1), wait(2), wait(3)), (Some(15), Some(30), Some(60)));
        assert_eq!((wait(11), wait(12), wait(i64::MAX)), (Some(3_600), None, None));
        assert_eq!(next_attempt(start, 1, MailError::Answer(550)), None);
        assert!(next_attempt(start, 1, MailError::Answer(451)).is_some());
    }
}
