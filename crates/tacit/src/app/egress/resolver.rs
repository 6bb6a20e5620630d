//! Looks a host up once and keeps the addresses that are permitted. The connection is made to one of
//! those and to nothing else, so a name that means something else a moment later changes nothing.

use tacit_core::egress::EgressRules;
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// No address of the host is permitted.
#[derive(Debug, thiserror::Error)]
#[error("no address of the host is permitted")]
pub(super) struct Refused;

/// The system's resolver behind the rules.
#[derive(Debug)]
pub(super) struct PermittedResolver {
    rules: EgressRules,
    system: DefaultResolver,
}

impl PermittedResolver {
    pub(super) fn new(rules: EgressRules) -> Self {
        Self { rules, system: DefaultResolver::default() }
    }
}

impl Resolver for PermittedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.system.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })?;
        let mut permitted = self.empty();
        for address in found.iter().filter(|address| self.rules.permit(address.ip())) {
            permitted.push(*address);
        }
        if permitted.is_empty() {
            return Err(ureq::Error::Other(Box::new(Refused)));
        }
        Ok(permitted)
    }
}
