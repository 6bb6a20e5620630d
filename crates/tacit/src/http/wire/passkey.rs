//! Passkeys as browsers take and return them: the JSON forms of W3C Web Authentication Level 3 (5.1.8 to
//! 5.1.10), so that a page can hand them on as they are.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tacit_core::{
    base64url,
    passkey::{ALGORITHMS, Assertion, Attestation, CHALLENGE_TTL_SECONDS, RelyingParty},
};

use crate::app::passkeys::{Creation, Options};

/// What the authenticator shows as the name of the site.
const SITE_NAME: &str = "Tacit";
/// The one type of credentials there is (5.8.2).
const TYPE: &str = "public-key";

/// Bytes as base64url without padding.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub struct Base64Url(#[schemars(with = "String")] pub Vec<u8>);

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom("rule: must be base64url without padding");
        base64url::decode(&text).map(Self).ok_or_else(wrong)
    }
}

/// What a browser needs to make a passkey.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON`.
    public_key: PublicKeyCreation,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PublicKeyCreation {
    challenge: Base64Url,
    rp: SiteEntity,
    user: UserEntity,
    /// ES256, EdDSA and RS256.
    pub_key_cred_params: Vec<Parameter>,
    /// Milliseconds.
    timeout: i64,
    /// Passkeys the person has.
    exclude_credentials: Vec<Descriptor>,
    authenticator_selection: Selection,
    /// Always `none`.
    attestation: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SiteEntity {
    id: String,
    name: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UserEntity {
    id: Base64Url,
    name: String,
    display_name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Parameter {
    #[serde(rename = "type")]
    kind: &'static str,
    alg: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Descriptor {
    #[serde(rename = "type")]
    kind: &'static str,
    id: Base64Url,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: &'static str,
}

impl CreationOptions {
    /// For this site.
    pub fn new(site: &RelyingParty, creation: Creation) -> Self {
        let parameters = ALGORITHMS.map(|alg| Parameter { kind: TYPE, alg });
        Self {
            public_key: PublicKeyCreation {
                challenge: Base64Url(creation.challenge),
                rp: SiteEntity { id: site.id().to_owned(), name: SITE_NAME },
                user: UserEntity {
                    id: Base64Url(creation.user_id.as_str().as_bytes().to_vec()),
                    name: creation.email,
                    display_name: creation.display_name,
                },
                pub_key_cred_params: parameters.into(),
                timeout: CHALLENGE_TTL_SECONDS * 1000,
                exclude_credentials: descriptors(creation.present_ids),
                authenticator_selection: Selection {
                    resident_key: "preferred",
                    require_resident_key: false,
                    user_verification: "preferred",
                },
                attestation: "none",
            },
        }
    }
}

fn descriptors(ids: Vec<Vec<u8>>) -> Vec<Descriptor> {
    ids.into_iter().map(|id| Descriptor { kind: TYPE, id: Base64Url(id) }).collect()
}

/// What a browser needs to ask for a passkey.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON`.
    public_key: PublicKeyRequest,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PublicKeyRequest {
    challenge: Base64Url,
    /// Milliseconds.
    timeout: i64,
    rp_id: String,
    /// Empty for any that the authenticator knows.
    allow_credentials: Vec<Descriptor>,
    /// `required` where the passkey stands alone, `preferred` beside a password.
    user_verification: &'static str,
}

impl RequestOptions {
    /// For this site.
    pub fn new(site: &RelyingParty, options: Options, user_verification: &'static str) -> Self {
        Self {
            public_key: PublicKeyRequest {
                challenge: Base64Url(options.challenge),
                timeout: CHALLENGE_TTL_SECONDS * 1000,
                rp_id: site.id().to_owned(),
                allow_credentials: descriptors(options.credential_ids),
                user_verification,
            },
        }
    }
}

/// What a browser made, as `toJSON()` writes it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewCredential {
    response: AttestationResponse,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    attestation_object: Base64Url,
}

impl From<NewCredential> for Attestation {
    fn from(credential: NewCredential) -> Self {
        Self {
            client_data: credential.response.client_data_json.0,
            attestation_object: credential.response.attestation_object.0,
        }
    }
}

/// A passkey that a browser shows, as `toJSON()` writes it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShownCredential {
    id: Base64Url,
    response: AssertionResponse,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    #[serde(default)]
    user_handle: Option<Base64Url>,
}

impl From<ShownCredential> for Assertion {
    fn from(credential: ShownCredential) -> Self {
        let response = credential.response;
        Self {
            credential_id: credential.id.0,
            client_data: response.client_data_json.0,
            authenticator_data: response.authenticator_data.0,
            signature: response.signature.0,
            user_handle: response.user_handle.map(|handle| handle.0),
        }
    }
}
