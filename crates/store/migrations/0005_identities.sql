-- Machine identities, the ways they prove who they are, and their tokens.

CREATE TABLE identities (
    id                     TEXT    PRIMARY KEY,
    organization_id        TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- the id of its place in the organization, which the wire names apart from the identity
    membership_id          TEXT    NOT NULL UNIQUE,
    name                   TEXT    NOT NULL,
    -- role in the organization
    role                   TEXT    NOT NULL,
    is_instance_admin      BOOLEAN NOT NULL DEFAULT FALSE,
    has_delete_protection  BOOLEAN NOT NULL DEFAULT FALSE,
    -- JSON array of {id, key, value}
    metadata               TEXT    NOT NULL DEFAULT '[]',
    last_login_auth_method TEXT,
    last_login_at          BIGINT,
    created_at             BIGINT  NOT NULL,
    updated_at             BIGINT  NOT NULL
);

CREATE INDEX identities_organization ON identities (organization_id);

-- One row per method an identity may use. Trusted IPs are JSON arrays of {ipAddress, type, prefix}.
CREATE TABLE auth_methods (
    id                            TEXT    PRIMARY KEY,
    identity_id                   TEXT    NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    -- 'universal-auth' or 'token-auth'
    method                        TEXT    NOT NULL,
    access_token_ttl              BIGINT  NOT NULL,
    access_token_max_ttl          BIGINT  NOT NULL,
    access_token_num_uses_limit   BIGINT  NOT NULL,
    access_token_period           BIGINT  NOT NULL DEFAULT 0,
    access_token_trusted_ips      TEXT    NOT NULL,
    created_at                    BIGINT  NOT NULL,
    updated_at                    BIGINT  NOT NULL,
    UNIQUE (identity_id, method)
);

-- What Universal Auth has beyond the common settings, and the state of its lockout.
CREATE TABLE universal_auths (
    auth_method_id                TEXT    PRIMARY KEY REFERENCES auth_methods (id) ON DELETE CASCADE,
    client_id                     TEXT    NOT NULL UNIQUE,
    client_secret_trusted_ips     TEXT    NOT NULL,
    lockout_enabled               BOOLEAN NOT NULL,
    lockout_threshold             BIGINT  NOT NULL,
    lockout_duration_seconds      BIGINT  NOT NULL,
    lockout_counter_reset_seconds BIGINT  NOT NULL,
    failures                      BIGINT  NOT NULL DEFAULT 0,
    last_failure_at               BIGINT,
    locked_until                  BIGINT
);

CREATE TABLE client_secrets (
    id             TEXT    PRIMARY KEY,
    auth_method_id TEXT    NOT NULL REFERENCES auth_methods (id) ON DELETE CASCADE,
    -- keyed hash of the client secret
    secret_hash    BYTEA   NOT NULL,
    -- its first four characters, shown to people
    prefix         TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    num_uses       BIGINT  NOT NULL DEFAULT 0,
    -- 0 is unlimited
    num_uses_limit BIGINT  NOT NULL,
    -- 0 is for ever
    ttl_seconds    BIGINT  NOT NULL,
    is_revoked     BOOLEAN NOT NULL DEFAULT FALSE,
    last_used_at   BIGINT,
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL
);

CREATE INDEX client_secrets_auth_method ON client_secrets (auth_method_id, secret_hash);

-- Tokens keep the limits of their login; trusted IPs and revocation are read live.
CREATE TABLE access_tokens (
    id               TEXT    PRIMARY KEY,
    identity_id      TEXT    NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    auth_method_id   TEXT    NOT NULL REFERENCES auth_methods (id) ON DELETE CASCADE,
    client_secret_id TEXT    REFERENCES client_secrets (id) ON DELETE CASCADE,
    method           TEXT    NOT NULL,
    name             TEXT,
    ttl_seconds      BIGINT  NOT NULL,
    max_ttl_seconds  BIGINT  NOT NULL,
    period_seconds   BIGINT  NOT NULL,
    num_uses         BIGINT  NOT NULL DEFAULT 0,
    num_uses_limit   BIGINT  NOT NULL,
    is_revoked       BOOLEAN NOT NULL DEFAULT FALSE,
    last_used_at     BIGINT,
    last_renewed_at  BIGINT,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL
);

CREATE INDEX access_tokens_identity ON access_tokens (identity_id);
CREATE INDEX access_tokens_client_secret ON access_tokens (client_secret_id);
CREATE INDEX access_tokens_auth_method ON access_tokens (auth_method_id);
