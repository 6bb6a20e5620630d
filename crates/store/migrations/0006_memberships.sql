-- Who is in a project, and with which roles.

CREATE TABLE project_memberships (
    id          TEXT   PRIMARY KEY,
    project_id  TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    -- exactly one of the two is set
    user_id     TEXT   REFERENCES users (id) ON DELETE CASCADE,
    identity_id TEXT   REFERENCES identities (id) ON DELETE CASCADE,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    CHECK ((user_id IS NULL) <> (identity_id IS NULL)),
    UNIQUE (project_id, user_id),
    UNIQUE (project_id, identity_id)
);

CREATE INDEX project_memberships_user ON project_memberships (user_id);
CREATE INDEX project_memberships_identity ON project_memberships (identity_id);

-- A temporary role counts from starts_at until ends_at.
CREATE TABLE membership_roles (
    id              TEXT    PRIMARY KEY,
    membership_id   TEXT    NOT NULL REFERENCES project_memberships (id) ON DELETE CASCADE,
    role            TEXT    NOT NULL,
    is_temporary    BOOLEAN NOT NULL DEFAULT FALSE,
    -- as the client wrote it, such as '1h'
    temporary_range TEXT,
    starts_at       BIGINT,
    ends_at         BIGINT,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    UNIQUE (membership_id, role)
);
