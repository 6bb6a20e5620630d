//! How AWS Auth looks on the wire (wire-contract 10.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::auth_method::{OnWire, Settings};
use crate::{
    app::{
        Result,
        auth_method::{
            AuthMethod,
            aws_auth::{AwsAuth, AwsAuthChange, AwsProof},
        },
    },
    http::wire::text::Trimmed,
};

/// A request to STS that was signed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the wire")]
pub(crate) struct AwsRequest {
    /// Its method: `POST`.
    #[serde(default)]
    iam_http_request_method: Option<Trimmed>,
    /// Its body, `Action=GetCallerIdentity&Version=2011-06-15`, in base64.
    iam_request_body: Trimmed,
    /// Its headers, an object of JSON, in base64.
    iam_request_headers: Trimmed,
}

/// Settings of AWS Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AwsAuthRequest {
    /// Who is asked; `https://sts.amazonaws.com/` by default, which stands for the regions as well.
    #[serde(default)]
    sts_endpoint: Option<Trimmed>,
    /// ARNs of users and roles with commas between; `*` stands for any characters behind the account.
    #[serde(default)]
    allowed_principal_arns: Option<Trimmed>,
    /// Accounts with commas between.
    #[serde(default)]
    allowed_account_ids: Option<Trimmed>,
}

/// The AWS Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AwsAuthResponse {
    identity_aws_auth: Settings<AwsAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AwsAuthBody {
    /// Always `iam`.
    r#type: &'static str,
    sts_endpoint: String,
    allowed_principal_arns: String,
    allowed_account_ids: String,
}

impl From<AwsAuth> for AwsAuthBody {
    fn from(settings: AwsAuth) -> Self {
        Self {
            r#type: "iam",
            sts_endpoint: settings.sts_endpoint,
            allowed_principal_arns: settings.allowed_principal_arns,
            allowed_account_ids: settings.allowed_account_ids,
        }
    }
}

impl OnWire for AwsAuth {
    type ProofRequest = AwsRequest;
    type SettingsRequest = AwsAuthRequest;
    type Response = AwsAuthResponse;

    fn proof(request: AwsRequest) -> Result<AwsProof> {
        Ok(AwsProof {
            method: request.iam_http_request_method.map_or_else(|| "POST".to_owned(), |method| method.0),
            body: Zeroizing::new(request.iam_request_body.0),
            headers: Zeroizing::new(request.iam_request_headers.0),
        })
    }

    fn change(request: AwsAuthRequest) -> Result<AwsAuthChange> {
        let text = |field: Option<Trimmed>| field.map(|text| text.0);
        Ok(AwsAuthChange {
            sts_endpoint: text(request.sts_endpoint),
            allowed_principal_arns: text(request.allowed_principal_arns),
            allowed_account_ids: text(request.allowed_account_ids),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<AwsAuthResponse> {
        Ok(AwsAuthResponse { identity_aws_auth: Settings::new(method, AwsAuthBody::from)? })
    }
}
