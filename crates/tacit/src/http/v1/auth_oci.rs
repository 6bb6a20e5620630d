//! How OCI Auth looks on the wire (wire-contract 10.4).

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use zeroize::Zeroizing;

use super::auth_method::{OnWire, Settings};
use crate::{
    app::{
        Patch, Result,
        auth_method::{
            AuthMethod,
            oci_auth::{OciAuth, OciAuthChange, OciProof},
        },
    },
    http::wire::text::Trimmed,
};

/// A request for a user that was signed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OciRequest {
    /// The user that it asks for, who has signed it.
    user_ocid: Trimmed,
    /// Its headers; in a form, as JSON.
    #[serde(deserialize_with = "object_or_json")]
    headers: Headers,
}

/// Headers of the signed request.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Headers {
    /// `Signature version="1",…`.
    #[serde(alias = "Authorization")]
    authorization: Trimmed,
    /// `identity.REGION.oraclecloud.com`.
    #[serde(alias = "Host")]
    host: Trimmed,
    /// When it was signed.
    #[serde(default, alias = "Date")]
    date: Option<Trimmed>,
    /// When it was signed, in place of `date`.
    #[serde(default, rename = "x-date", alias = "X-Date")]
    x_date: Option<Trimmed>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ObjectOrJson {
    Object(Headers),
    Json(Trimmed),
}

/// A form holds texts only, so that there the object is one.
fn object_or_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Headers, D::Error> {
    const WRONG: &str = "rule: must have authorization, host, and date or x-date";
    match ObjectOrJson::deserialize(deserializer).map_err(|_| D::Error::custom(WRONG))? {
        ObjectOrJson::Object(headers) => Ok(headers),
        ObjectOrJson::Json(text) => serde_json::from_str(text.as_str()).map_err(|_| D::Error::custom(WRONG)),
    }
}

/// Settings of OCI Auth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OciAuthRequest {
    /// The tenancy that users must be in.
    #[serde(default)]
    tenancy_ocid: Option<Trimmed>,
    /// Names of users with commas between; null or empty for all of the tenancy.
    #[serde(default)]
    allowed_usernames: Patch<Trimmed>,
}

/// The OCI Auth of an identity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OciAuthResponse {
    identity_oci_auth: Settings<OciAuthBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OciAuthBody {
    /// Always `iam`.
    r#type: &'static str,
    tenancy_ocid: String,
    allowed_usernames: Option<String>,
}

impl From<OciAuth> for OciAuthBody {
    fn from(settings: OciAuth) -> Self {
        let usernames = Some(settings.allowed_usernames).filter(|list| !list.is_empty());
        Self { r#type: "iam", tenancy_ocid: settings.tenancy_ocid, allowed_usernames: usernames }
    }
}

impl OnWire for OciAuth {
    type ProofRequest = OciRequest;
    type SettingsRequest = OciAuthRequest;
    type Response = OciAuthResponse;

    fn proof(request: OciRequest) -> Result<OciProof> {
        let headers = request.headers;
        Ok(OciProof {
            user_ocid: request.user_ocid.0,
            host: headers.host.0,
            authorization: Zeroizing::new(headers.authorization.0),
            date: headers.date.map(|date| date.0),
            x_date: headers.x_date.map(|date| date.0),
        })
    }

    fn change(request: OciAuthRequest) -> Result<OciAuthChange> {
        Ok(OciAuthChange {
            tenancy_ocid: request.tenancy_ocid.map(|text| text.0),
            allowed_usernames: request.allowed_usernames.or_default().map(|text| text.0),
        })
    }

    fn response(method: AuthMethod<Self>) -> Result<OciAuthResponse> {
        Ok(OciAuthResponse { identity_oci_auth: Settings::new(method, OciAuthBody::from)? })
    }
}
