//! The settings of what is taken of clients.

use std::time::Duration;

use clap::Args;

use crate::http::{
    limits::BODY_TIME_DEFAULT,
    rate_limit::{Rate, Rates},
};

/// Connections that are open at one time, unless the operator says otherwise.
const CONNECTIONS_MAX_DEFAULT: u32 = 16_384;
/// How long a new connection may take to send its first request's head.
const HEAD_TIME_DEFAULT: Duration = Duration::from_secs(30);
/// How long a client may take none of what is sent to it.
const SEND_TIME_DEFAULT: Duration = Duration::from_mins(1);

/// How much of clients is taken, and how often.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct LimitArguments {
    /// Connections that are open at one time; more are closed at once [default: 16384]
    #[arg(long, env = "TACIT_MAX_CONNECTIONS", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max_connections: Option<u32>,
    /// Seconds that a new connection may take to send the head of its first request [default: 30]
    #[arg(long, env = "TACIT_HEAD_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) head_timeout: Option<u16>,
    /// Seconds that the body of a request may take to arrive [default: 30]
    #[arg(long, env = "TACIT_BODY_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) body_timeout: Option<u16>,
    /// Seconds after which a client that takes nothing of what is sent to it is given up [default: 60]
    #[arg(long, env = "TACIT_SEND_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) send_timeout: Option<u16>,
    /// Most reads of one caller, such as 100/s, 600/min or 5000/h [default: no limit]
    #[arg(long, env = "TACIT_RATE_LIMIT_READS", value_name = "RATE")]
    pub(super) rate_limit_reads: Option<Rate>,
    /// Most changes by one caller [default: no limit]
    #[arg(long, env = "TACIT_RATE_LIMIT_WRITES", value_name = "RATE")]
    pub(super) rate_limit_writes: Option<Rate>,
    /// Most logins and refused credentials from one address [default: no limit]
    #[arg(long, env = "TACIT_RATE_LIMIT_LOGINS", value_name = "RATE")]
    pub(super) rate_limit_logins: Option<Rate>,
    /// Most other requests without a credential from one address [default: no limit]
    #[arg(long, env = "TACIT_RATE_LIMIT_PUBLIC", value_name = "RATE")]
    pub(super) rate_limit_public: Option<Rate>,
}

/// What the operator chose.
#[derive(Clone, Copy, Debug)]
pub(super) struct LimitSettings {
    /// Connections that are open at one time.
    pub(super) connections_max: usize,
    /// How long a new connection may take to send its first request's head.
    pub(super) head_time: Duration,
    /// How long a body may take to arrive.
    pub(super) body_time: Duration,
    /// How long a client may take none of what is sent to it.
    pub(super) send_time: Duration,
    /// How often somebody may come.
    pub(super) rates: Rates,
}

impl LimitArguments {
    /// What is not set here is taken from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            max_connections: self.max_connections.or(other.max_connections),
            head_timeout: self.head_timeout.or(other.head_timeout),
            body_timeout: self.body_timeout.or(other.body_timeout),
            send_timeout: self.send_timeout.or(other.send_timeout),
            rate_limit_reads: self.rate_limit_reads.or(other.rate_limit_reads),
            rate_limit_writes: self.rate_limit_writes.or(other.rate_limit_writes),
            rate_limit_logins: self.rate_limit_logins.or(other.rate_limit_logins),
            rate_limit_public: self.rate_limit_public.or(other.rate_limit_public),
        }
    }

    /// With the defaults.
    pub(super) fn settings(&self) -> LimitSettings {
        // The file can say 0 where a flag cannot; a second is the least there is.
        let time = |seconds: Option<u16>, default| {
            seconds.map_or(default, |seconds| Duration::from_secs(seconds.max(1).into()))
        };
        let connections = self.max_connections.unwrap_or(CONNECTIONS_MAX_DEFAULT).max(1);
        LimitSettings {
            connections_max: usize::try_from(connections).unwrap_or(usize::MAX),
            head_time: time(self.head_timeout, HEAD_TIME_DEFAULT),
            body_time: time(self.body_timeout, BODY_TIME_DEFAULT),
            send_time: time(self.send_timeout, SEND_TIME_DEFAULT),
            rates: Rates {
                reads: self.rate_limit_reads,
                writes: self.rate_limit_writes,
                logins: self.rate_limit_logins,
                public: self.rate_limit_public,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_nothing_is_limited_by_rate_unless_said() {
        let flags = LimitArguments { body_timeout: Some(5), ..LimitArguments::default() };
        let file = LimitArguments {
            body_timeout: Some(9),
            max_connections: Some(0),
            rate_limit_logins: "10/min".parse().ok(),
            ..LimitArguments::default()
        };

        let settings = flags.or(file).settings();

        assert_eq!(settings.body_time, Duration::from_secs(5));
        assert_eq!(settings.connections_max, 1);
        assert!(settings.rates.logins.is_some() && settings.rates.reads.is_none());
    }
}
