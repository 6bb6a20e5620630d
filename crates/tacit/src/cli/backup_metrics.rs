//! What `/metrics` says about backups. Servers that make none say nothing.

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::gauge::ConstGauge,
};
use tacit_core::time::Timestamp;
use tacit_store::backup_runs::BackupRunRow;

use crate::app::backup::Latest;

/// The metrics of backups, as they were last looked at.
#[derive(Debug)]
pub(super) struct BackupMetrics(pub(super) Latest);

impl Collector for BackupMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(overview) = self.0.get() else { return Ok(()) };
        let (made, drill) = (overview.last_made.as_ref(), overview.last_drill.as_ref());
        let mut gauge = |name: &str, help: &str, value: i64| {
            let gauge = ConstGauge::new(value);
            let described = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(described)
        };
        gauge(
            "tacit_backup_last_success_timestamp_seconds",
            "When the last backup was made, in Unix time; 0 if there is none",
            made.and_then(|run| run.finished_at).map_or(0, Timestamp::seconds),
        )?;
        gauge(
            "tacit_backup_last_size_bytes",
            "Size of the last backup",
            made.and_then(|run| run.size_bytes).unwrap_or(0),
        )?;
        gauge(
            "tacit_backup_last_duration_seconds",
            "How long the last backup took",
            made.map_or(0, duration),
        )?;
        gauge(
            "tacit_backup_last_attempt_success",
            "1 if the last backup that was tried was made, 0 if not",
            i64::from(
                overview
                    .runs
                    .iter()
                    .find(|run| run.finished_at.is_some())
                    .is_some_and(|run| run.failure.is_none()),
            ),
        )?;
        gauge(
            "tacit_backup_last_drill_timestamp_seconds",
            "When a backup was last restored on trial, in Unix time; 0 if none was",
            drill.and_then(|run| run.drill_finished_at).map_or(0, Timestamp::seconds),
        )?;
        gauge(
            "tacit_backup_last_drill_success",
            "1 if the last trial restored a backup and opened everything in it, 0 if not",
            i64::from(drill.is_some_and(|run| run.drill_failure.is_none())),
        )
    }
}

fn duration(run: &BackupRunRow) -> i64 {
    run.finished_at.map_or(0, |end| end.seconds() - run.started_at.seconds())
}
