//! AliCloud Auth: a user or role of Alibaba Cloud, by the word of its STS on a request that it has signed
//! (wire-contract 10.4).
//!
//! The request is made here anew from the parameters that were signed (RPC signatures, version 1.0), so that it can ask for
//! nothing but who has signed it. Whether the signature is good is for Alibaba Cloud to say.

use serde::{Deserialize, Serialize};
use tacit_core::time::Timestamp;
use zeroize::Zeroizing;

use super::{
    Attempt, Events, Method, Proven, allowed,
    arn::ALICLOUD,
    checks::{Checks, Refused},
    signed::{is_header_value, verify_time},
};
use crate::app::{
    bounds::Bounds,
    egress::{Answer, Question},
    error::{Error, Result},
    token_settings::set,
};

/// Parameters that have one value only.
const FIXED: [(&str, &str); 5] = [
    ("Action", "GetCallerIdentity"),
    ("Format", "JSON"),
    ("Version", "2015-04-01"),
    ("SignatureMethod", "HMAC-SHA1"),
    ("SignatureVersion", "1.0"),
];
/// Parameters that are the signer's, and whether they must be there.
const FREE: [(&str, bool); 5] = [
    ("AccessKeyId", true),
    ("SignatureNonce", true),
    ("Timestamp", true),
    ("SecurityToken", false),
    ("Signature", true),
];
/// The longest value of a parameter, in bytes.
const VALUE_MAX: usize = 4096;
/// Seconds for which a request is good, as at Alibaba Cloud.
const GOOD_SECONDS: i64 = 15 * 60;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlicloudAuth {
    /// Patterns of principals with commas between.
    pub allowed_arns: String,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct AlicloudAuthChange {
    /// Patterns of principals.
    pub allowed_arns: Option<String>,
}

/// The parameters of a signed request, by their names.
pub struct AlicloudProof(pub Vec<(&'static str, Zeroizing<String>)>);

/// Who has signed, as STS says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CallerIdentity {
    arn: String,
    account_id: String,
}

impl AlicloudProof {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    fn check(&self) -> Result<(), String> {
        for (name, value) in FIXED {
            if self.get(name) != Some(value) {
                return Err(format!("{name} must be {value}"));
            }
        }
        for (name, is_needed) in FREE {
            match self.get(name) {
                Some(value) if !is_header_value(value, VALUE_MAX) => {
                    return Err(format!("{name} has a wrong form"));
                }
                None if is_needed => return Err(format!("{name} is missing")),
                _ => {}
            }
        }
        Ok(())
    }

    fn url(&self, host: &str) -> Zeroizing<String> {
        let address = format!("https://{host}/?");
        let begin = address.len();
        let mut query = form_urlencoded::Serializer::for_suffix(address, begin);
        let names = FIXED.iter().map(|(name, _)| *name).chain(FREE.iter().map(|(name, _)| *name));
        for name in names {
            if let Some(value) = self.get(name) {
                query.append_pair(name, value);
            }
        }
        Zeroizing::new(query.finish())
    }
}

impl AlicloudAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("allowedArns", Some(&self.allowed_arns), &(0..=allowed::TEXT_MAX));
        bounds.finish()?;
        if allowed::is_empty(&self.allowed_arns) {
            return Err(Error::form(
                "allowedArns",
                "name users or roles: otherwise everybody with an account at Alibaba Cloud would be let in",
            ));
        }
        ALICLOUD.check("allowedArns", &self.allowed_arns, false)
    }

    fn judge(&self, identity: &CallerIdentity, checks: &mut Checks) -> Result<(), Refused> {
        let CallerIdentity { arn, account_id } = identity;
        let Some(name) = ALICLOUD.parse(arn).filter(|name| name.account == account_id) else {
            return checks.fail("answer", format!("{arn:?} is no principal of account {account_id:?}"));
        };
        let list = &self.allowed_arns;
        checks.require(
            "principal",
            ALICLOUD.lists(list, name),
            format!("expected one of {list:?}, it is {arn:?}"),
        )
    }
}

impl Method for AlicloudAuth {
    const NAME: &'static str = "alicloud-auth";
    const TITLE: &'static str = "AliCloud Auth";
    const EVENTS: Events = Events {
        login: "login-identity-alicloud-auth",
        add: "add-identity-alicloud-auth",
        update: "update-identity-alicloud-auth",
        get: "get-identity-alicloud-auth",
        revoke: "revoke-identity-alicloud-auth",
        test: "test-identity-alicloud-auth",
    };

    type Change = AlicloudAuthChange;
    type Proof = AlicloudProof;

    fn new(change: AlicloudAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: AlicloudAuthChange) -> Result<()> {
        set(&mut self.allowed_arns, change.allowed_arns);
        self.check()
    }

    async fn verify(
        &self,
        attempt: Attempt<'_, AlicloudProof>,
        checks: &mut Checks,
    ) -> Result<Proven, Refused> {
        let (app, proof) = (attempt.app, attempt.proof);
        checks.take("request", proof.check())?;
        let signed_at = proof.get("Timestamp").and_then(Timestamp::parse);
        verify_time(signed_at, app.now(), GOOD_SECONDS, checks)?;
        let url = proof.url(&app.settings.clouds.alicloud_sts_host);
        let answer =
            app.egress.ask(Question::get(attempt.organization_id, &url, "")).await.and_then(Answer::success);
        let answer = checks.take("answer of STS", answer)?;
        let identity = serde_json::from_slice::<CallerIdentity>(&answer).map_err(|_| "it names no caller");
        let identity = checks.take("caller", identity)?;
        self.judge(&identity, checks)?;
        Ok(Proven::new(identity.arn))
    }
}
