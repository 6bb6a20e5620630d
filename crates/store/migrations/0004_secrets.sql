-- Secrets and every version of them. Values, comments and metadata arrive encrypted under the
-- project's data key, bound to (table 'secrets', secret id, field, version), the same bytes in both tables.

CREATE TABLE secrets (
    id                      TEXT    PRIMARY KEY,
    folder_id               TEXT    NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
    name                    TEXT    NOT NULL,
    -- the user whose personal override this is; '' for the shared secret
    owner_user_id           TEXT    NOT NULL DEFAULT '',
    version                 BIGINT  NOT NULL CHECK (version >= 1),
    value_ciphertext        BYTEA   NOT NULL,
    comment_ciphertext      BYTEA   NOT NULL,
    -- JSON array of {key, value, isEncrypted}, encrypted as a whole
    metadata_ciphertext     BYTEA   NOT NULL,
    skip_multiline_encoding BOOLEAN NOT NULL DEFAULT FALSE,
    reminder_note           TEXT,
    reminder_repeat_days    BIGINT,
    actor_type              TEXT    NOT NULL,
    actor_id                TEXT    NOT NULL,
    actor_name              TEXT    NOT NULL,
    created_at              BIGINT  NOT NULL,
    updated_at              BIGINT  NOT NULL,
    UNIQUE (folder_id, name, owner_user_id)
);

CREATE TABLE secret_tags (
    secret_id TEXT NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    tag_id    TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (secret_id, tag_id)
);

CREATE INDEX secret_tags_tag ON secret_tags (tag_id);

-- One row per version, the present one included. It outlives the secret, so that a deletion can be undone.
CREATE TABLE secret_versions (
    secret_id               TEXT    NOT NULL,
    version                 BIGINT  NOT NULL,
    project_id              TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    folder_id               TEXT    NOT NULL,
    name                    TEXT    NOT NULL,
    owner_user_id           TEXT    NOT NULL,
    value_ciphertext        BYTEA   NOT NULL,
    comment_ciphertext      BYTEA   NOT NULL,
    metadata_ciphertext     BYTEA   NOT NULL,
    skip_multiline_encoding BOOLEAN NOT NULL,
    reminder_note           TEXT,
    reminder_repeat_days    BIGINT,
    -- JSON array of tag ids
    tag_ids                 TEXT    NOT NULL,
    actor_type              TEXT    NOT NULL,
    actor_id                TEXT    NOT NULL,
    actor_name              TEXT    NOT NULL,
    created_at              BIGINT  NOT NULL,
    PRIMARY KEY (secret_id, version)
);

CREATE INDEX secret_versions_folder ON secret_versions (folder_id);
CREATE INDEX secret_versions_project ON secret_versions (project_id);
