//! Rows that other rows need.

use tacit_core::{
    audit_chain::Hash,
    cipher::Ciphertext,
    id::{
        AccessTokenId, AuthMethodId, ClientSecretId, IdentityId, MembershipId, OrganizationId, ProjectId,
        UserId,
    },
    time::Timestamp,
};
use tacit_store::{
    Connection, Value,
    access_tokens::AccessTokenRow,
    audit_chains,
    auth_methods::{self, AuthMethodRow, UNIVERSAL_AUTH, UniversalAuthRow},
    client_secrets::{self, ClientSecretRow},
    identities::{self, IdentityRow},
    organization_memberships::{self, OrganizationMembershipRow},
    project_memberships::{self, Member, MembershipRoleRow, MembershipRow},
    projects::{self, ProjectRow},
    users::{self, UserRow},
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
        custom_role_id: None,
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
        attributes: Some("{\"env\":[\"prod\"]}".to_owned()),
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

/// A project that is not stored yet, with `id` for its name and slug too.
pub fn project_row(organization: &OrganizationId, id: &str) -> ProjectRow {
    ProjectRow {
        id: ProjectId::new(id),
        organization_id: organization.clone(),
        name: id.to_owned(),
        slug: id.to_owned(),
        description: None,
        r#type: "secret-manager".to_owned(),
        data_key_ciphertext: Ciphertext(b"key".to_vec()),
        other_data_key_ciphertext: None,
        revision: 0,
        auto_capitalization: true,
        has_delete_protection: false,
        secret_sharing: true,
        show_snapshots_legacy: false,
        pit_version_limit: 10,
        plaintext_reads: true,
        audit_logs_retention_days: None,
        created_at: START,
        updated_at: START,
    }
}

/// Adds a project.
pub async fn project(db: &mut Connection, organization: &OrganizationId, id: &str) -> ProjectId {
    projects::insert(db, &project_row(organization, id)).await.unwrap();
    ProjectId::new(id)
}

/// Adds a user whose id is `id`, with the e-mail `{id}@example.test`, and puts them into the
/// organization.
pub async fn user(db: &mut Connection, organization: &OrganizationId, id: &str) -> UserId {
    let user = UserRow {
        email_verified_at: None,
        id: UserId::new(id),
        email: format!("{id}@example.test"),
        first_name: None,
        last_name: None,
        password_hash: String::new(),
        is_instance_admin: false,
        created_at: START,
        updated_at: START,
    };
    users::insert(db, &user).await.unwrap();
    let membership = OrganizationMembershipRow {
        invite_email: None,
        id: MembershipId::new(format!("{id} in {organization}")),
        organization_id: organization.clone(),
        user_id: user.id.clone(),
        role: "member".to_owned(),
        custom_role_id: None,
        is_active: true,
        accepted_at: Some(START),
        created_at: START,
        updated_at: START,
    };
    organization_memberships::insert(db, &membership).await.unwrap();
    user.id
}

/// Puts a member into a project. The membership's id names both.
pub async fn join(db: &mut Connection, project: &ProjectId, member: Member<'_>) -> MembershipRow {
    let (user_id, identity_id) = match member {
        Member::User(id) => (Some(id.clone()), None),
        Member::Identity(id) => (None, Some(id.clone())),
    };
    let row = MembershipRow {
        id: MembershipId::new(format!("{member:?} in {project}")),
        project_id: project.clone(),
        user_id,
        identity_id,
        group_id: None,
        created_at: START,
        updated_at: START,
    };
    project_memberships::insert(db, &row).await.unwrap();
    row
}

/// A role of a membership that is not stored yet and has no end.
pub fn role_row(membership: &MembershipRow, role: &str) -> MembershipRoleRow {
    MembershipRoleRow {
        id: format!("{role} of {}", membership.id),
        membership_id: membership.id.clone(),
        role: role.to_owned(),
        custom_role_id: None,
        custom_role_name: None,
        custom_role_slug: None,
        is_temporary: false,
        temporary_range: None,
        starts_at: None,
        ends_at: None,
        created_at: START,
        updated_at: START,
    }
}

/// Takes the next numbers of an organization's audit log and returns the first.
pub async fn reserve(db: &mut Connection, organization: &OrganizationId, count: i64) -> i64 {
    let mut chain = audit_chains::lock(db, organization).await.unwrap().chain().unwrap();
    let first = chain.sequence() + 1;
    for _ in 0..count {
        chain.append(&Hash::of(b"an event"));
    }
    audit_chains::advance(db, organization, &chain).await.unwrap();
    first
}
