//! `/api/v1/auth/{method}`: login, the settings per identity and trying them, the same for each method by which somebody
//! else vouches for a machine (wire-contract 10.2, 10.4). A method says in a file of its own how it looks ([`OnWire`]).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tacit_core::{
    id::{AuthMethodId, IdentityId},
    time::Timestamp,
    trusted_ip::TrustedIps,
};

use crate::{
    app::{
        App, Caller, Client, Result,
        auth_method::{AuthMethod, Method, checks::Check, login, settings, test},
        token_settings::{self, TokenSettings},
    },
    http::{
        extract::{Body, Path, located},
        problem::Problem,
        wire::{
            access_token::{TokenResponse, TrustedIpRequest, trusted_ips},
            text::Trimmed,
        },
    },
};

/// How a method looks on the wire.
pub(crate) trait OnWire: Method {
    /// What a login sends beside the identity.
    type ProofRequest: DeserializeOwned + JsonSchema + Send + 'static;
    /// What settings are sent as. Absent fields stay, or take their default.
    type SettingsRequest: DeserializeOwned + JsonSchema + Send + 'static;
    /// The answer: one field, such as `identityJwtAuth`, that holds a [`Settings`].
    type Response: Serialize + JsonSchema + Send + 'static;

    /// Reads what a login sends.
    ///
    /// # Errors
    ///
    /// 400 or 422.
    fn proof(request: Self::ProofRequest) -> Result<Self::Proof>;

    /// Reads settings.
    ///
    /// # Errors
    ///
    /// 400 or 422.
    fn change(request: Self::SettingsRequest) -> Result<Self::Change>;

    /// Shapes the answer. Credentials among the settings are empty unless `method.shows_credentials`.
    ///
    /// # Errors
    ///
    /// If a row is damaged.
    fn response(method: AuthMethod<Self>) -> Result<Self::Response>;
}

/// A login.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: DeserializeOwned")]
pub(crate) struct LoginRequest<P> {
    /// The identity that logs in.
    identity_id: Trimmed,
    /// The organization of the identity; any other is refused.
    #[serde(default, alias = "subOrganizationName")]
    organization_slug: Option<Trimmed>,
    /// What shows that it is this identity.
    #[serde(flatten, deserialize_with = "located")]
    proof: P,
}

/// The settings of a method. What is absent stays, or takes its default.
#[derive(Deserialize, JsonSchema)]
#[serde(bound = "S: DeserializeOwned")]
pub(crate) struct SettingsRequest<S> {
    #[serde(flatten, deserialize_with = "located")]
    tokens: TokenSettingsRequest,
    #[serde(flatten, deserialize_with = "located")]
    settings: S,
}

/// The settings that all methods share.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the wire")]
pub(crate) struct TokenSettingsRequest {
    /// Where tokens may be used from; everywhere by default.
    #[serde(default)]
    access_token_trusted_ips: Option<Vec<TrustedIpRequest>>,
    /// Seconds a token lives from issue or last renewal, 0 to 315360000; 0 is for ever.
    #[serde(default, rename = "accessTokenTTL")]
    access_token_ttl: Option<i64>,
    /// Seconds from issue that renewals cannot pass, 0 to 315360000; 0 is none.
    #[serde(default, rename = "accessTokenMaxTTL")]
    access_token_max_ttl: Option<i64>,
    /// Uses a token is good for; 0 is unlimited.
    #[serde(default)]
    access_token_num_uses_limit: Option<i64>,
}

impl TokenSettingsRequest {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// 422 for an address that is none.
    pub(crate) fn settings(self) -> Result<TokenSettings> {
        Ok(TokenSettings {
            ttl_seconds: self.access_token_ttl,
            max_ttl_seconds: self.access_token_max_ttl,
            num_uses_limit: self.access_token_num_uses_limit,
            period_seconds: None,
            trusted_ips: trusted_ips("accessTokenTrustedIps", self.access_token_trusted_ips.as_deref())?,
        })
    }
}

/// The settings of a method: those that all share, and its own.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings<S> {
    id: AuthMethodId,
    identity_id: IdentityId,
    #[serde(rename = "accessTokenTTL")]
    access_token_ttl: i64,
    #[serde(rename = "accessTokenMaxTTL")]
    access_token_max_ttl: i64,
    access_token_num_uses_limit: i64,
    access_token_trusted_ips: TrustedIps,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    own: S,
}

impl<S> Settings<S> {
    /// Of a method whose own settings look like `own`.
    ///
    /// # Errors
    ///
    /// If the row is damaged.
    pub(crate) fn new<M>(method: AuthMethod<M>, own: impl FnOnce(M) -> S) -> Result<Self> {
        let row = method.row;
        Ok(Self {
            id: row.id,
            identity_id: row.identity_id,
            access_token_ttl: row.access_token_ttl,
            access_token_max_ttl: row.access_token_max_ttl,
            access_token_num_uses_limit: row.access_token_num_uses_limit,
            access_token_trusted_ips: token_settings::read_stored(&row.access_token_trusted_ips)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
            own: own(method.settings),
        })
    }
}

/// How a login would be judged.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestResponse {
    /// Whether it would be let in.
    accepted: bool,
    /// Who would log in, as the one who vouches calls it.
    subject: Option<String>,
    /// What was looked at, in order; only the last can have failed.
    checks: Vec<CheckBody>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CheckBody {
    /// What was looked at.
    name: &'static str,
    /// Whether it is as it must be.
    passed: bool,
    /// What was found, and what was expected.
    detail: String,
}

impl From<Check> for CheckBody {
    fn from(check: Check) -> Self {
        Self { name: check.name, passed: check.passed, detail: check.detail }
    }
}

/// `POST …/login` exchanges a proof for an access token.
pub(crate) async fn login<M: OnWire>(
    State(app): State<App>,
    client: Client,
    Body(request): Body<LoginRequest<M::ProofRequest>>,
) -> Result<Json<TokenResponse>, Problem> {
    let login = login::Login {
        identity_id: IdentityId::new(&request.identity_id.0),
        proof: M::proof(request.proof)?,
        organization_slug: request.organization_slug.and_then(Trimmed::filled),
    };
    Ok(Json(login::login::<M>(&app, client, login).await?.into()))
}

/// `POST …/identities/{identity}` attaches the method.
pub(crate) async fn attach<M: OnWire>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<SettingsRequest<M::SettingsRequest>>,
) -> Result<Json<M::Response>, Problem> {
    let (tokens, change) = (request.tokens.settings()?, M::change(request.settings)?);
    Ok(Json(M::response(settings::attach(&app, &caller, &id, tokens, change).await?)?))
}

/// `GET …/identities/{identity}` shows the settings.
pub(crate) async fn get<M: OnWire>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<M::Response>, Problem> {
    Ok(Json(M::response(settings::get(&app, &caller, &id).await?)?))
}

/// `PATCH …/identities/{identity}` changes the settings.
pub(crate) async fn update<M: OnWire>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<SettingsRequest<M::SettingsRequest>>,
) -> Result<Json<M::Response>, Problem> {
    let (tokens, change) = (request.tokens.settings()?, M::change(request.settings)?);
    Ok(Json(M::response(settings::update(&app, &caller, &id, tokens, change).await?)?))
}

/// `DELETE …/identities/{identity}` detaches the method and ends its tokens.
pub(crate) async fn delete<M: OnWire>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Json<M::Response>, Problem> {
    Ok(Json(M::response(settings::delete(&app, &caller, &id).await?)?))
}

/// `POST /api/ui/v1/identities/{identity}/{method}/test` says how a login would be judged.
pub(crate) async fn test<M: OnWire>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
    Body(request): Body<M::ProofRequest>,
) -> Result<Json<TestResponse>, Problem> {
    let judged = test::test::<M>(&app, &caller, &id, &M::proof(request)?).await?;
    Ok(Json(TestResponse {
        accepted: judged.subject.is_some(),
        subject: judged.subject,
        checks: judged.checks.into_iter().map(CheckBody::from).collect(),
    }))
}
