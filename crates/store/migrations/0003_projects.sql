-- Projects, their environments and folders, tags, and the commit log every content change goes through.

CREATE TABLE projects (
    id                        TEXT    PRIMARY KEY,
    organization_id           TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name                      TEXT    NOT NULL,
    slug                      TEXT    NOT NULL,
    description               TEXT,
    type                      TEXT    NOT NULL,
    -- the project's data key, wrapped by the root key; gone with the project
    data_key_ciphertext       BYTEA   NOT NULL,
    -- raised by one with every commit, in the same transaction
    revision                  BIGINT  NOT NULL DEFAULT 0,
    auto_capitalization       BOOLEAN NOT NULL DEFAULT TRUE,
    has_delete_protection     BOOLEAN NOT NULL DEFAULT FALSE,
    secret_sharing            BOOLEAN NOT NULL DEFAULT TRUE,
    show_snapshots_legacy     BOOLEAN NOT NULL DEFAULT FALSE,
    pit_version_limit         BIGINT  NOT NULL DEFAULT 10,
    audit_logs_retention_days BIGINT,
    created_at                BIGINT  NOT NULL,
    updated_at                BIGINT  NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE TABLE environments (
    id         TEXT   PRIMARY KEY,
    project_id TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name       TEXT   NOT NULL,
    slug       TEXT   NOT NULL,
    -- 1 is the first
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, slug)
);

-- Each environment has a root folder with the path '/' and no parent. The path stands in the row so
-- that a folder is found by one look-up however deep it is.
CREATE TABLE folders (
    id                 TEXT   PRIMARY KEY,
    project_id         TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    environment_id     TEXT   NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    parent_id          TEXT   REFERENCES folders (id) ON DELETE CASCADE,
    name               TEXT   NOT NULL,
    path               TEXT   NOT NULL,
    description        TEXT,
    version            BIGINT NOT NULL DEFAULT 1,
    -- how many secrets are in it, kept by every write, so that the limit is asked without counting
    secret_count       BIGINT NOT NULL DEFAULT 0,
    -- when a secret in it was last made, changed or deleted
    secrets_changed_at BIGINT,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    UNIQUE (environment_id, path)
);

CREATE INDEX folders_parent ON folders (parent_id);
CREATE INDEX folders_project ON folders (project_id);

CREATE TABLE tags (
    id              TEXT   PRIMARY KEY,
    project_id      TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    slug            TEXT   NOT NULL,
    color           TEXT,
    created_by      TEXT,
    created_by_type TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (project_id, slug)
);

CREATE TABLE commits (
    id             TEXT   PRIMARY KEY,
    project_id     TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    -- the project's revision after this commit
    revision       BIGINT NOT NULL,
    actor_type     TEXT   NOT NULL,
    actor_id       TEXT   NOT NULL,
    -- name or e-mail of the actor then, for reading the log after it is gone
    actor_name     TEXT   NOT NULL,
    message        TEXT,
    created_at     BIGINT NOT NULL,
    UNIQUE (project_id, revision)
);

-- What a commit changed. Versions are NULL before a creation and after a deletion.
CREATE TABLE commit_changes (
    commit_id      TEXT   NOT NULL REFERENCES commits (id) ON DELETE CASCADE,
    -- 0 is the first change of the commit
    position       BIGINT NOT NULL,
    -- 'secret', 'folder', 'environment' or 'tag'
    resource_type  TEXT   NOT NULL,
    resource_id    TEXT   NOT NULL,
    -- the folder it is in; NULL for environments and tags
    folder_id      TEXT,
    name           TEXT   NOT NULL,
    version_before BIGINT,
    version_after  BIGINT,
    PRIMARY KEY (commit_id, position)
);

CREATE INDEX commit_changes_resource ON commit_changes (resource_id);
CREATE INDEX commit_changes_folder ON commit_changes (folder_id);
