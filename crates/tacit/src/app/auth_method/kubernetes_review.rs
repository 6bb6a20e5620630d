//! Asking the API server of a cluster whose token this is: the `TokenReview` of `authentication.k8s.io/v1`.

use serde::{Deserialize, Serialize};
use tacit_core::id::OrganizationId;
use ureq::http::{Method, header};
use zeroize::Zeroizing;

use crate::app::egress::{Egress, EgressError, Question};

/// Below the address of the API server.
const PATH: &str = "/apis/authentication.k8s.io/v1/tokenreviews";
const API_VERSION: &str = "authentication.k8s.io/v1";
const KIND: &str = "TokenReview";

/// What is asked, and whom.
pub(super) struct Asked<'a> {
    /// The organization for which it is asked.
    pub(super) organization_id: &'a OrganizationId,
    /// The address of the API server.
    pub(super) host: &'a str,
    /// PEM of the certificates to trust there; empty for those of the system.
    pub(super) ca_certificate: &'a str,
    /// Who asks.
    pub(super) reviewer: &'a str,
    /// The token that is asked about.
    pub(super) token: &'a str,
    /// Audiences, one of which it must be for; empty for the API server's own.
    pub(super) audiences: Vec<&'a str>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ReviewError {
    /// The request failed.
    #[error("the API server cannot be asked: {0}")]
    Egress(#[from] EgressError),
    /// The one who asks may not.
    #[error(
        "the API server does not let the reviewer ask (status {0}): its token has ended, or its service account \
         lacks the cluster role system:auth-delegator"
    )]
    NotPermitted(u16),
    /// What was answered is something else.
    #[error("the answer is no TokenReview")]
    NoReview,
}

/// What the API server says of a token.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Verdict {
    /// Whether it knows whose it is.
    #[serde(default)]
    pub(super) authenticated: bool,
    /// Whose it is.
    #[serde(default)]
    pub(super) user: User,
    /// Those of the audiences asked for that it is for.
    #[serde(default)]
    pub(super) audiences: Vec<String>,
    /// Why it is not known.
    #[serde(default)]
    pub(super) error: String,
}

/// Whose a token is.
#[derive(Debug, Default, Deserialize)]
pub(super) struct User {
    /// Such as `system:serviceaccount:default:web`.
    #[serde(default)]
    pub(super) username: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    api_version: &'static str,
    kind: &'static str,
    spec: Spec<'a>,
}

#[derive(Serialize)]
struct Spec<'a> {
    token: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audiences: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    api_version: String,
    kind: String,
    status: Verdict,
}

/// Asks the API server.
///
/// # Errors
///
/// [`ReviewError`].
pub(super) async fn review(egress: &Egress, asked: Asked<'_>) -> Result<Verdict, ReviewError> {
    let spec = Spec { token: asked.token, audiences: asked.audiences };
    let body = serde_json::to_vec(&Request { api_version: API_VERSION, kind: KIND, spec });
    let answer = egress.ask(Question {
        organization_id: asked.organization_id.clone(),
        method: Method::POST,
        url: Zeroizing::new(format!("{}{PATH}", asked.host.trim_end_matches('/'))),
        headers: vec![
            (header::AUTHORIZATION, Zeroizing::new(format!("Bearer {}", asked.reviewer))),
            (header::CONTENT_TYPE, Zeroizing::new("application/json".to_owned())),
            (header::ACCEPT, Zeroizing::new("application/json".to_owned())),
        ],
        body: Zeroizing::new(body.map_err(|_| EgressError::Failed)?),
        ca_certificate: asked.ca_certificate.to_owned(),
    });
    let answer = answer.await?;
    if matches!(answer.status, 401 | 403) {
        return Err(ReviewError::NotPermitted(answer.status));
    }
    let review: Review = serde_json::from_slice(&answer.success()?).map_err(|_| ReviewError::NoReview)?;
    let is_review = review.api_version == API_VERSION && review.kind == KIND;
    is_review.then_some(review.status).ok_or(ReviewError::NoReview)
}

/// Namespace and name of the service account that `username` is; `None` for anybody else.
pub(super) fn service_account(username: &str) -> Option<(&str, &str)> {
    let (namespace, name) = username.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some((namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_service_accounts_are_read_as_such() {
        assert_eq!(service_account("system:serviceaccount:shop:web"), Some(("shop", "web")));
        for other in [
            "",
            "web",
            "system:serviceaccount:shop",
            "system:serviceaccount::web",
            "system:serviceaccount:shop:",
            "system:serviceaccount:shop:web:x",
            "system:node:shop:web",
            "x:system:serviceaccount:shop:web",
        ] {
            assert_eq!(service_account(other), None, "{other}");
        }
    }
}
