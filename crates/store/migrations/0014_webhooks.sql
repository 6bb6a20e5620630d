-- Webhooks: where they go, how far the commit log was read for them, and what is to be sent.

CREATE TABLE webhooks (
    id                    TEXT    PRIMARY KEY,
    project_id            TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    environment_id        TEXT    NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    -- a path or a pattern of paths
    secret_path           TEXT    NOT NULL,
    -- 'general', 'slack' or 'microsoft-teams'
    type                  TEXT    NOT NULL,
    -- addresses often hold tokens; bound to (table 'webhooks', id, 'url', 1)
    url_ciphertext        BYTEA   NOT NULL,
    -- bound to (table 'webhooks', id, 'secret_key', 1); NULL without a key
    secret_key_ciphertext BYTEA,
    is_disabled           BOOLEAN NOT NULL DEFAULT FALSE,
    -- only commits after this one count: the project's revision when it was made
    since_revision        BIGINT  NOT NULL,
    -- of the last attempt: 'success' or 'failed'; NULL before the first
    last_status           TEXT,
    last_error            TEXT,
    created_at            BIGINT  NOT NULL,
    updated_at            BIGINT  NOT NULL
);

CREATE INDEX webhooks_project ON webhooks (project_id);
CREATE INDEX webhooks_environment ON webhooks (environment_id);

-- Per project with webhooks: every commit up to this revision has become deliveries.
CREATE TABLE webhook_cursors (
    project_id TEXT   PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    revision   BIGINT NOT NULL
);

CREATE TABLE webhook_deliveries (
    id               TEXT   PRIMARY KEY,
    webhook_id       TEXT   NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    -- the folder that changed
    secret_path      TEXT   NOT NULL,
    -- the newest commit it tells of
    revision         BIGINT NOT NULL,
    -- 'pending', 'delivered' or 'dead'
    state            TEXT   NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    next_attempt_at  BIGINT NOT NULL,
    -- a node is sending it until then; 0 if none is
    lease_expires_at BIGINT NOT NULL DEFAULT 0,
    last_error       TEXT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);

CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, state);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (state, next_attempt_at);
