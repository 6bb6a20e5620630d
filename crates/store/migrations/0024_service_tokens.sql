-- Credentials of an older kind: service tokens of projects, API keys of people.

CREATE TABLE service_tokens (
    id            TEXT   PRIMARY KEY,
    project_id    TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    -- who made it; it gives what this person holds at the time, and no more
    created_by    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT   NOT NULL,
    -- keyed hash of the token without what clients append
    secret_hash   BYTEA  NOT NULL,
    -- JSON array of {environment, secretPath}
    scopes        TEXT   NOT NULL,
    -- JSON array of 'read' and 'write'
    permissions   TEXT   NOT NULL,
    -- what older clients keep with it, as they sent it
    encrypted_key TEXT,
    iv            TEXT,
    tag           TEXT,
    -- NULL is never
    expires_at    BIGINT,
    last_used_at  BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE INDEX service_tokens_project ON service_tokens (project_id);
CREATE INDEX service_tokens_created_by ON service_tokens (created_by);

CREATE TABLE api_keys (
    id              TEXT   PRIMARY KEY,
    user_id         TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- where it acts: the organization that was chosen when it was made; NULL is none
    organization_id TEXT   REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT   NOT NULL,
    -- keyed hash of the key
    secret_hash     BYTEA  NOT NULL,
    -- NULL is never
    expires_at      BIGINT,
    last_used_at    BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);

CREATE INDEX api_keys_user ON api_keys (user_id);
CREATE INDEX api_keys_organization ON api_keys (organization_id);
