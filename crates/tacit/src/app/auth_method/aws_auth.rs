//! AWS Auth: a user or role of AWS, by the word of AWS's STS on a request that it has signed (wire-contract 10.4).

use serde::{Deserialize, Serialize};
use ureq::http::Method as HttpMethod;
use zeroize::Zeroizing;

use super::{
    Attempt, Events, Method, Proven, allowed,
    arn::AWS,
    aws_identity::CallerIdentity,
    aws_request::SignedRequest,
    checks::{Checks, Refused},
    clouds::{Clouds, https_host, is_region},
};
use crate::app::{
    Settings,
    bounds::Bounds,
    egress::{Answer, Question},
    error::{Error, Result},
    token_settings::set,
};

/// The endpoint that stands for all of them in the commercial regions of AWS.
const GLOBAL_HOST: &str = "sts.amazonaws.com";

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsAuth {
    /// Who is asked, such as `https://sts.amazonaws.com/`.
    pub sts_endpoint: String,
    /// Patterns of principals with commas between; empty for all of the accounts.
    pub allowed_principal_arns: String,
    /// Accounts with commas between; empty for those of the principals.
    pub allowed_account_ids: String,
}

impl Default for AwsAuth {
    fn default() -> Self {
        Self {
            sts_endpoint: format!("https://{GLOBAL_HOST}/"),
            allowed_principal_arns: String::new(),
            allowed_account_ids: String::new(),
        }
    }
}

/// What a request sets.
#[derive(Clone, Debug, Default)]
pub struct AwsAuthChange {
    /// Who is asked.
    pub sts_endpoint: Option<String>,
    /// Patterns of principals.
    pub allowed_principal_arns: Option<String>,
    /// Accounts.
    pub allowed_account_ids: Option<String>,
}

/// A signed request, as it came.
pub struct AwsProof {
    /// Its method.
    pub method: String,
    /// Its body in base64.
    pub body: Zeroizing<String>,
    /// Its headers as JSON in base64. They hold the signature, and perhaps a session token.
    pub headers: Zeroizing<String>,
}

impl AwsAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.text("stsEndpoint", Some(&self.sts_endpoint), &(1..=allowed::TEXT_MAX));
        bounds.text("allowedPrincipalArns", Some(&self.allowed_principal_arns), &(0..=allowed::TEXT_MAX));
        bounds.text("allowedAccountIds", Some(&self.allowed_account_ids), &(0..=allowed::TEXT_MAX));
        bounds.finish()?;
        if !allowed::parts(&self.allowed_account_ids).all(|account| AWS.is_account(account)) {
            return Err(Error::form(
                "allowedAccountIds",
                "must be accounts of 12 digits with commas between",
            ));
        }
        let lists_accounts = !allowed::is_empty(&self.allowed_account_ids);
        AWS.check("allowedPrincipalArns", &self.allowed_principal_arns, lists_accounts)?;
        if !lists_accounts && allowed::is_empty(&self.allowed_principal_arns) {
            return Err(Error::form(
                "allowedPrincipalArns",
                "name principals or accounts: otherwise everybody with an account at AWS would be let in",
            ));
        }
        Ok(())
    }

    /// The host that is asked for a request that was signed for `signed`, or why it is not. An endpoint that the operator
    /// allows stands for the public ones, too: client libraries sign for nothing else.
    fn host(&self, clouds: &Clouds, signed: &str) -> Result<String, String> {
        let set = https_host(&self.sts_endpoint).filter(|host| may_be_named(clouds, host));
        let Some(set) = set else {
            return Err("the operator does not allow this endpoint any more".to_owned());
        };
        if signed == set || set == GLOBAL_HOST && is_regional(signed) {
            return Ok(signed.to_owned());
        }
        if clouds.aws_sts_hosts.contains(&set) && is_public(signed) {
            return Ok(set);
        }
        Err(format!("the request is signed for {signed:?}, the settings name {set:?}"))
    }

    fn judge(&self, identity: &CallerIdentity, checks: &mut Checks) -> Result<(), Refused> {
        let CallerIdentity { arn, account } = identity;
        let Some(name) = AWS.parse(arn).filter(|name| name.account == account) else {
            return checks.fail("answer", format!("{arn:?} is no principal of account {account:?}"));
        };
        if !allowed::is_empty(&self.allowed_account_ids) {
            let list = &self.allowed_account_ids;
            checks.require(
                "account",
                allowed::has(list, account),
                format!("expected one of {list:?}, it is {account:?}"),
            )?;
        }
        if !allowed::is_empty(&self.allowed_principal_arns) {
            let list = &self.allowed_principal_arns;
            checks.require(
                "principal",
                AWS.lists(list, name),
                format!("expected one of {list:?}, it is {arn:?}"),
            )?;
        }
        Ok(())
    }
}

/// Whether settings may name a host: only AWS itself is believed, or whom the operator allows.
fn may_be_named(clouds: &Clouds, host: &str) -> bool {
    is_public(host) || clouds.aws_sts_hosts.iter().any(|allowed| allowed == host)
}

/// Whether this is an STS of AWS.
fn is_public(host: &str) -> bool {
    host == GLOBAL_HOST || is_regional(host) || host.strip_suffix(".cn").is_some_and(is_regional)
}

/// Whether this is the STS of a region, such as `sts.eu-central-1.amazonaws.com`.
fn is_regional(host: &str) -> bool {
    let region = host.strip_prefix("sts.").and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    region.is_some_and(is_region)
}

impl Method for AwsAuth {
    const NAME: &'static str = "aws-auth";
    const TITLE: &'static str = "AWS Auth";
    const EVENTS: Events = Events {
        login: "login-identity-aws-auth",
        add: "add-identity-aws-auth",
        update: "update-identity-aws-auth",
        get: "get-identity-aws-auth",
        revoke: "revoke-identity-aws-auth",
        test: "test-identity-aws-auth",
    };

    type Change = AwsAuthChange;
    type Proof = AwsProof;

    fn new(change: AwsAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    fn apply(&mut self, change: AwsAuthChange) -> Result<()> {
        set(&mut self.sts_endpoint, change.sts_endpoint);
        set(&mut self.allowed_principal_arns, change.allowed_principal_arns);
        set(&mut self.allowed_account_ids, change.allowed_account_ids);
        self.check()
    }

    fn check_with(&self, operator: &Settings) -> Result<()> {
        if https_host(&self.sts_endpoint).is_some_and(|host| may_be_named(&operator.clouds, &host)) {
            return Ok(());
        }
        Err(Error::form(
            "stsEndpoint",
            "must be https://sts.amazonaws.com, https://sts.REGION.amazonaws.com, the same with .cn, or one that the \
             operator allows by --aws-sts-endpoint",
        ))
    }

    async fn verify(&self, attempt: Attempt<'_, AwsProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let app = attempt.app;
        let mut request = SignedRequest::read(attempt.proof, checks)?;
        let signed_for = request.host();
        let host = checks.take("host", self.host(&app.settings.clouds, &signed_for))?;
        request.verify_time(app.now(), checks)?;
        let question = Question {
            organization_id: attempt.organization_id.clone(),
            method: HttpMethod::POST,
            url: Zeroizing::new(format!("https://{host}/")),
            body: std::mem::take(&mut request.body),
            headers: request.into_headers(signed_for),
            ca_certificate: String::new(),
        };
        let answer = app.egress.ask(question).await.and_then(Answer::success);
        let answer = checks.take("answer of STS", answer)?;
        let identity = CallerIdentity::from_xml(&answer).ok_or("it is no GetCallerIdentityResponse");
        let identity = checks.take("answer", identity)?;
        self.judge(&identity, checks)?;
        Ok(Proven::new(identity.arn))
    }
}
