//! Metrics for Prometheus, on a listener of their own so that they are not on the public address.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use axum_server::Handle;
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter, family::Family, gauge::ConstGauge, gauge::Gauge, histogram::Histogram, info::Info,
    },
    registry::Registry,
};

use super::backup_metrics::BackupMetrics;
use crate::app::backup::Latest;

/// What `/metrics` answers: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper bounds of the durations, in seconds: fine where requests normally end.
const DURATION_BOUNDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The metrics of this process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Metrics(Arc<Parts>);

struct Parts {
    registry: Registry,
    /// Answers by class of their status, in the order of [`CLASSES`].
    answers: [Counter; 5],
    durations: Histogram,
    connections: Gauge,
    connection_count: Handle<SocketAddr>,
    streams: Gauge,
    stream_count: Box<dyn Fn() -> usize + Send + Sync>,
}

impl Metrics {
    /// Starts counting. `started_at_seconds` is Unix time; `connections` knows how many are open,
    /// `stream_count` how many of them are streams of events, `backups` how the last backup went.
    pub(super) fn new(
        started_at_seconds: i64,
        connections: Handle<SocketAddr>,
        backups: Latest,
        stream_count: impl Fn() -> usize + Send + Sync + 'static,
    ) -> Self {
        let mut registry = Registry::default();
        let by_class = Family::<[(&str, &str); 1], Counter>::default();
        let answers = CLASSES.map(|class| by_class.get_or_create(&[("status", class)]).clone());
        let durations = Histogram::new(DURATION_BOUNDS);
        let (open, streams) = (Gauge::default(), Gauge::default());
        registry.register("tacit_http_requests", "Answered requests by class of status", by_class);
        registry.register(
            "tacit_http_request_duration_seconds",
            "Time from a request's arrival to its answer",
            durations.clone(),
        );
        registry.register("tacit_http_connections", "Open connections", open.clone());
        registry.register("tacit_event_streams", "Open streams of events", streams.clone());
        registry.register(
            "process_start_time_seconds",
            "When the server was started, in Unix time",
            ConstGauge::new(started_at_seconds),
        );
        registry.register_collector(Box::new(BackupMetrics(backups)));
        registry.register("tacit_build", "The release", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        Self(Arc::new(Parts {
            registry,
            answers,
            durations,
            connections: open,
            connection_count: connections,
            streams,
            stream_count: Box::new(stream_count),
        }))
    }

    /// Counts an answer.
    pub(super) fn answered(&self, status: StatusCode, duration: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.0.answers.get(class) {
            counter.inc();
        }
        self.0.durations.observe(duration.as_secs_f64());
    }

    /// The listener's only route.
    pub(super) fn router(self) -> Router {
        Router::new().route("/metrics", get(show)).with_state(self)
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let count = self.0.connection_count.connection_count();
        self.0.connections.set(i64::try_from(count).unwrap_or(i64::MAX));
        let count = (self.0.stream_count)();
        self.0.streams.set(i64::try_from(count).unwrap_or(i64::MAX));
        let mut text = String::with_capacity(4096);
        encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

async fn show(State(metrics): State<Metrics>) -> Response {
    match metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_class_and_timed() {
        let metrics = Metrics::new(1_769_860_800, Handle::new(), Latest::default(), || 3);
        metrics.answered(StatusCode::OK, Duration::from_millis(2));
        metrics.answered(StatusCode::NOT_FOUND, Duration::from_millis(2));

        let text = metrics.text().unwrap();

        assert!(text.contains("tacit_http_requests_total{status=\"2xx\"} 1"), "{text}");
        assert!(text.contains("tacit_http_requests_total{status=\"5xx\"} 0"), "{text}");
        assert!(text.contains("tacit_http_request_duration_seconds_count 2"), "{text}");
        assert!(text.contains("tacit_event_streams 3"), "{text}");
        assert!(text.contains("process_start_time_seconds 1769860800"), "{text}");
    }
}
