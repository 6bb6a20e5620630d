//! How often somebody may come, if the operator limits it. Off unless a rate is set.
//!
//! Callers are counted one by one, however many tokens they have; whoever is not known yet by address. Each
//! node counts for itself.

mod bucket;
mod rate;
mod table;

use std::net::IpAddr;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER},
    response::Response,
};
use tacit_store::revisions::Uptime;

use super::{arrival::RequestId, problem, route::Class};
use bucket::Standing;
pub use rate::Rate;
use table::Table;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What the operator chose for each class; nothing where it is not limited.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Of what known callers read.
    pub reads: Option<Rate>,
    /// Of what known callers change.
    pub writes: Option<Rate>,
    /// Of logins from an address, and of credentials from there that are refused.
    pub logins: Option<Rate>,
    /// Of other requests from an address that need no credential.
    pub public: Option<Rate>,
}

/// Counts requests. Without rates it holds nothing and costs a comparison.
#[derive(Debug, Default)]
pub struct RateLimits {
    reads: Option<Table>,
    writes: Option<Table>,
    logins: Option<Table>,
    public: Option<Table>,
}

impl RateLimits {
    /// Limits what has a rate.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            reads: rates.reads.map(Table::new),
            writes: rates.writes.map(Table::new),
            logins: rates.logins.map(Table::new),
            public: rates.public.map(Table::new),
        }
    }

    /// Counts a request of a known caller, by the id that it has whatever its token is.
    pub(super) fn caller(&self, class: Class, id: &str, now: Uptime) -> Outcome {
        Outcome(self.table(class).map(|table| table.take(id, now)))
    }

    /// Counts a request from an address.
    pub(super) fn address(&self, class: Class, ip: IpAddr, now: Uptime) -> Outcome {
        Outcome(self.table(class).map(|table| table.take(&network(ip), now)))
    }

    const fn table(&self, class: Class) -> Option<&Table> {
        match class {
            Class::Read => self.reads.as_ref(),
            Class::Write => self.writes.as_ref(),
            Class::Login => self.logins.as_ref(),
            Class::Public => self.public.as_ref(),
        }
    }
}

/// What one household or machine has: an IPv4 address, or the /64 of an IPv6 one, in which it may choose at will.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// How a request stands; nothing if its class has no limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome(Option<Standing>);

impl Outcome {
    /// Whether it may pass.
    pub(super) const fn is_allowed(self) -> bool {
        !matches!(self.0, Some(Standing { wait_seconds: Some(_), .. }))
    }

    /// The answer to one that may not pass (wire-contract 1.9).
    pub(super) fn refusal(self, id: &RequestId) -> Response {
        let seconds = self.0.and_then(|standing| standing.wait_seconds).unwrap_or(1);
        let message = format!("Rate limit exceeded. Please try again in {seconds} seconds");
        let mut response = problem::plain(StatusCode::TOO_MANY_REQUESTS, "RateLimitExceeded", message, id);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        self.told(response)
    }

    /// Tells the client how it stands.
    pub(super) fn told(self, mut response: Response) -> Response {
        if let Some(standing) = self.0 {
            let headers = response.headers_mut();
            headers.insert(LIMIT, HeaderValue::from(standing.limit));
            headers.insert(REMAINING, HeaderValue::from(standing.remaining));
            headers.insert(RESET, HeaderValue::from(standing.reset_seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_for_what_one_household_has() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
    }
}
