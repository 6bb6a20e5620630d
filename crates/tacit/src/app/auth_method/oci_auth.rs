//! OCI Auth: a user of Oracle Cloud, by the word of its identity service on a request that the user has signed
//! (wire-contract 10.4).

use serde::{Deserialize, Serialize};
use ureq::http::Method as HttpMethod;
use zeroize::Zeroizing;

use super::{
    Attempt, Events, Method, Proven, allowed,
    checks::{Checks, Refused},
    oci_request::{headers, is_identity_host, is_ocid, verify_signature, verify_signing_time},
};
use crate::app::{
    bounds::Bounds,
    egress::{Answer, Question},
    error::{Error, Result},
    token_settings::set,
};

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OciAuth {
    /// The tenancy that users must be in.
    pub tenancy_ocid: String,
    /// Names of users with commas between; empty for all of the tenancy.
    pub allowed_usernames: String,
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct OciAuthChange {
    /// The tenancy.
    pub tenancy_ocid: Option<String>,
    /// Names of users; empty for all of the tenancy.
    pub allowed_usernames: Option<String>,
}

/// A signed request for a user, as it came.
pub struct OciProof {
    /// The user that it asks for.
    pub user_ocid: String,
    /// The host that it was signed for.
    pub host: String,
    /// Its signature.
    pub authorization: Zeroizing<String>,
    /// When it was signed, in the header `date`.
    pub date: Option<String>,
    /// When it was signed, in the header `x-date`.
    pub x_date: Option<String>,
}

/// A user, as the identity service describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    name: String,
    /// The tenancy: users stand in the root compartment.
    compartment_id: String,
}

impl OciAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("allowedUsernames", Some(&self.allowed_usernames), &(0..=allowed::TEXT_MAX));
        bounds.finish()?;
        if is_ocid("tenancy", &self.tenancy_ocid) {
            return Ok(());
        }
        Err(Error::form("tenancyOcid", "must be the OCID of a tenancy, such as ocid1.tenancy.oc1..aaaa"))
    }

    fn judge(&self, user: &User, asked: &str, checks: &mut Checks) -> Result<(), Refused> {
        checks.require(
            "answer",
            user.id == asked,
            format!("asked for {asked:?}, the answer is about {:?}", user.id),
        )?;
        let (tenancy, found) = (&self.tenancy_ocid, &user.compartment_id);
        checks.require(
            "tenancy of the user",
            found == tenancy,
            format!("expected {tenancy:?}, it is {found:?}"),
        )?;
        if allowed::is_empty(&self.allowed_usernames) {
            return Ok(());
        }
        let (list, name) = (&self.allowed_usernames, &user.name);
        checks.require(
            "username",
            allowed::has(list, name),
            format!("expected one of {list:?}, it is {name:?}"),
        )
    }
}

impl Method for OciAuth {
    const NAME: &'static str = "oci-auth";
    const TITLE: &'static str = "OCI Auth";
    const EVENTS: Events = Events {
        login: "login-identity-oci-auth",
        add: "add-identity-oci-auth",
        update: "update-identity-oci-auth",
        get: "get-identity-oci-auth",
        revoke: "revoke-identity-oci-auth",
        test: "test-identity-oci-auth",
    };

    type Change = OciAuthChange;
    type Proof = OciProof;

    fn new(change: OciAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: OciAuthChange) -> Result<()> {
        set(&mut self.tenancy_ocid, change.tenancy_ocid);
        set(&mut self.allowed_usernames, change.allowed_usernames);
        self.check()
    }

    async fn verify(&self, attempt: Attempt<'_, OciProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let (app, proof) = (attempt.app, attempt.proof);
        verify_signature(proof, &self.tenancy_ocid, checks)?;
        let host = proof.host.to_ascii_lowercase();
        let is_known = is_identity_host(&app.settings.clouds, &host);
        checks.require("host", is_known, format!("{host:?} must be identity.REGION.oraclecloud.com"))?;
        verify_signing_time(proof, app.now(), checks)?;
        let question = Question {
            organization_id: attempt.organization_id.clone(),
            method: HttpMethod::GET,
            url: Zeroizing::new(format!("https://{host}/20160918/users/{}", proof.user_ocid)),
            headers: headers(proof),
            body: Zeroizing::default(),
            ca_certificate: String::new(),
        };
        let answer = app.egress.ask(question).await.and_then(Answer::success);
        let answer = checks.take("answer of the identity service", answer)?;
        let user = serde_json::from_slice::<User>(&answer).map_err(|_| "it does not describe a user");
        let user = checks.take("user described", user)?;
        self.judge(&user, &proof.user_ocid, checks)?;
        Ok(Proven::new(format!("{} {}", user.id, user.name)))
    }
}
