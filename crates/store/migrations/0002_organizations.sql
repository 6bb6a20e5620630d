-- Organizations, the people in them, and their signed-in sessions.

CREATE TABLE organizations (
    id                      TEXT    PRIMARY KEY,
    name                    TEXT    NOT NULL,
    slug                    TEXT    NOT NULL UNIQUE,
    -- the organization's data key, wrapped by the root key
    data_key_ciphertext     BYTEA   NOT NULL,
    -- moves with roles, memberships, identities and tokens: what cached access is valid for
    access_revision         BIGINT  NOT NULL DEFAULT 0,
    default_membership_role TEXT    NOT NULL DEFAULT 'member',
    -- seconds a user's access token is valid; NULL is the instance's default
    user_token_ttl_seconds  BIGINT,
    created_at              BIGINT  NOT NULL,
    updated_at              BIGINT  NOT NULL
);

CREATE TABLE users (
    id                       TEXT    PRIMARY KEY,
    -- lower case; also the user name
    email                    TEXT    NOT NULL UNIQUE,
    first_name               TEXT,
    last_name                TEXT,
    -- Argon2id, PHC string
    password_hash            TEXT    NOT NULL,
    is_instance_admin        BOOLEAN NOT NULL DEFAULT FALSE,
    created_at               BIGINT  NOT NULL,
    updated_at               BIGINT  NOT NULL
);

-- Failed sign-ins per e-mail as typed (lower case), for known and unknown accounts alike.
CREATE TABLE login_failures (
    email           TEXT   PRIMARY KEY,
    failures        BIGINT NOT NULL,
    last_failure_at BIGINT NOT NULL,
    locked_until    BIGINT
);

CREATE INDEX login_failures_time ON login_failures (last_failure_at);

CREATE TABLE organization_memberships (
    id              TEXT    PRIMARY KEY,
    organization_id TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            TEXT    NOT NULL,
    is_active       BOOLEAN NOT NULL DEFAULT TRUE,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    UNIQUE (organization_id, user_id)
);

CREATE INDEX organization_memberships_user ON organization_memberships (user_id);

CREATE TABLE user_sessions (
    id                 TEXT    PRIMARY KEY,
    user_id            TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id    TEXT    REFERENCES organizations (id) ON DELETE CASCADE,
    -- keyed hash of the refresh token in the cookie, which is replaced with every use
    refresh_token_hash BYTEA   NOT NULL,
    -- the one before it: good for a moment more, because two tabs may refresh together
    previous_refresh_token_hash BYTEA,
    refresh_version    BIGINT  NOT NULL DEFAULT 1,
    -- access tokens carry it; raising it ends those that were issued before
    access_version     BIGINT  NOT NULL DEFAULT 1,
    ip                 TEXT    NOT NULL,
    user_agent         TEXT    NOT NULL,
    expires_at         BIGINT  NOT NULL,
    created_at         BIGINT  NOT NULL,
    last_used_at       BIGINT  NOT NULL
);

CREATE INDEX user_sessions_user ON user_sessions (user_id);
CREATE INDEX user_sessions_expiry ON user_sessions (expires_at);
