//! Rows that other rows need.

use tacit_core::{
    id::{AccessTokenId, AuthMethodId, ClientSecretId, IdentityId, MembershipId, OrganizationId},
    time::Timestamp,
};
use tacit_store::{
    Connection, Value,
    access_tokens::AccessTokenRow,
    auth_methods::{self, AuthMethodRow, UNIVERSAL_AUTH, UniversalAuthRow},
    client_secrets::{self, ClientSecretRow},
    identities::{self, IdentityRow},
};

/// When everything was made.
pub const START: Timestamp = Timestamp::from_millis(1_769_860_800_000);

/// So many seconds after [`START`].
pub fn after(seconds: i64) -> Timestamp {
    START.plus_seconds(seconds)
}

/// Adds an organization whose id, name and slug are `id`.
pub async fn organization(db: &mut Connection, id: &str) -> OrganizationId {
    let sql = "INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at)
               VALUES ($1, $1, $1, $2, $3, $3)";
    db.execute(sql, &[Value::from(id), Value::Bytes(b"key"), Value::from(START)]).await.unwrap();
    OrganizationId::new(id)
}

/// An identity that is not stored yet.
pub fn identity_row(organization: &OrganizationId, id: &str) -> IdentityRow {
    IdentityRow {
        id: IdentityId::new(id),
        organization_id: organization.clone(),
        membership_id: MembershipId::new(format!("membership of {id}")),
        name: "ci".to_owned(),
        role: "member".to_owned(),
        is_instance_admin: false,
        has_delete_protection: false,
        metadata: "[]".to_owned(),
        last_login_auth_method: None,
        last_login_at: None,
        created_at: START,
        updated_at: START,
    }
}

/// Universal Auth that is not stored yet, with a lockout after two failures: 60 seconds long, and
/// failures forgotten after 10.
pub fn universal_rows(identity: &IdentityId, id: &str) -> (AuthMethodRow, UniversalAuthRow) {
    let method = AuthMethodRow {
        id: AuthMethodId::new(id),
        identity_id: identity.clone(),
        method: UNIVERSAL_AUTH.to_owned(),
        access_token_ttl: 100,
        access_token_max_ttl: 200,
        access_token_num_uses_limit: 0,
        access_token_period: 0,
        access_token_trusted_ips: "[]".to_owned(),
        created_at: START,
        updated_at: START,
    };
    let universal = UniversalAuthRow {
        auth_method_id: method.id.clone(),
        client_id: format!("client of {id}"),
        client_secret_trusted_ips: "[]".to_owned(),
        lockout_enabled: true,
        lockout_threshold: 2,
        lockout_duration_seconds: 60,
        lockout_counter_reset_seconds: 10,
        failures: 0,
        last_failure_at: None,
        locked_until: None,
    };
    (method, universal)
}

/// A client secret that is not stored yet.
pub fn client_secret_row(method: &AuthMethodId, id: &str) -> ClientSecretRow {
    ClientSecretRow {
        id: ClientSecretId::new(id),
        auth_method_id: method.clone(),
        prefix: "abcd".to_owned(),
        description: "for tests".to_owned(),
        num_uses: 0,
        num_uses_limit: 0,
        ttl_seconds: 0,
        is_revoked: false,
        last_used_at: None,
        created_at: START,
        updated_at: START,
    }
}

/// A token that is not stored yet.
pub fn token_row(method: &AuthMethodRow, client_secret: Option<&ClientSecretId>, id: &str) -> AccessTokenRow {
    AccessTokenRow {
        id: AccessTokenId::new(id),
        identity_id: method.identity_id.clone(),
        auth_method_id: method.id.clone(),
        client_secret_id: client_secret.cloned(),
        method: method.method.clone(),
        name: None,
        ttl_seconds: 100,
        max_ttl_seconds: 200,
        period_seconds: 0,
        num_uses: 0,
        num_uses_limit: 0,
        is_revoked: false,
        last_used_at: None,
        last_renewed_at: None,
        created_at: START,
        updated_at: START,
    }
}

/// Adds an organization `acme` with an identity, its Universal Auth and one client secret, whose
/// hash is `hash`.
pub async fn machine(db: &mut Connection) -> (AuthMethodRow, ClientSecretRow) {
    let organization = organization(db, "acme").await;
    let identity = identity_row(&organization, "machine");
    identities::insert(db, &identity).await.unwrap();
    let (method, universal) = universal_rows(&identity.id, "universal");
    auth_methods::insert(db, &method).await.unwrap();
    auth_methods::insert_universal(db, &universal).await.unwrap();
    let secret = client_secret_row(&method.id, "secret");
    client_secrets::insert(db, &secret, b"hash").await.unwrap();
    (method, secret)
}
