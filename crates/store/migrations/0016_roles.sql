-- Custom roles, groups, and memberships of groups in projects.

CREATE TABLE roles (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- NULL for a role of the organization itself
    project_id      TEXT   REFERENCES projects (id) ON DELETE CASCADE,
    slug            TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    description     TEXT,
    -- JSON array of rules, as they were written
    permissions     TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);

CREATE INDEX roles_organization ON roles (organization_id);
CREATE UNIQUE INDEX roles_organization_slug ON roles (organization_id, slug) WHERE project_id IS NULL;
CREATE UNIQUE INDEX roles_project_slug ON roles (project_id, slug);

-- Where this is set, the role is 'custom'. A role that somebody has cannot be deleted.
ALTER TABLE organization_memberships ADD COLUMN custom_role_id TEXT REFERENCES roles (id);
ALTER TABLE identities ADD COLUMN custom_role_id TEXT REFERENCES roles (id);

CREATE INDEX organization_memberships_custom_role ON organization_memberships (custom_role_id);
CREATE INDEX identities_custom_role ON identities (custom_role_id);

CREATE TABLE groups (
    id              TEXT   PRIMARY KEY,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT   NOT NULL,
    slug            TEXT   NOT NULL,
    -- role in the organization, which its members have beside their own
    role            TEXT   NOT NULL,
    custom_role_id  TEXT   REFERENCES roles (id),
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (organization_id, slug)
);

CREATE INDEX groups_custom_role ON groups (custom_role_id);

CREATE TABLE group_members (
    group_id    TEXT   NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    -- exactly one of the two is set
    user_id     TEXT   REFERENCES users (id) ON DELETE CASCADE,
    identity_id TEXT   REFERENCES identities (id) ON DELETE CASCADE,
    created_at  BIGINT NOT NULL,
    CHECK ((user_id IS NULL) <> (identity_id IS NULL)),
    UNIQUE (group_id, user_id),
    UNIQUE (group_id, identity_id)
);

CREATE INDEX group_members_user ON group_members (user_id);
CREATE INDEX group_members_identity ON group_members (identity_id);

-- Memberships are made anew, because a constraint cannot be changed on both engines.
CREATE TABLE new_project_memberships (
    id          TEXT   PRIMARY KEY,
    project_id  TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    -- exactly one of the three is set
    user_id     TEXT   REFERENCES users (id) ON DELETE CASCADE,
    identity_id TEXT   REFERENCES identities (id) ON DELETE CASCADE,
    group_id    TEXT   REFERENCES groups (id) ON DELETE CASCADE,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    CHECK ((CASE WHEN user_id IS NULL THEN 0 ELSE 1 END)
         + (CASE WHEN identity_id IS NULL THEN 0 ELSE 1 END)
         + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END) = 1),
    UNIQUE (project_id, user_id),
    UNIQUE (project_id, identity_id),
    UNIQUE (project_id, group_id)
);

INSERT INTO new_project_memberships (id, project_id, user_id, identity_id, created_at, updated_at)
SELECT id, project_id, user_id, identity_id, created_at, updated_at FROM project_memberships;

CREATE TABLE new_membership_roles (
    id              TEXT    PRIMARY KEY,
    membership_id   TEXT    NOT NULL REFERENCES new_project_memberships (id) ON DELETE CASCADE,
    role            TEXT    NOT NULL,
    custom_role_id  TEXT    REFERENCES roles (id),
    is_temporary    BOOLEAN NOT NULL DEFAULT FALSE,
    -- as the client wrote it, such as '1h'
    temporary_range TEXT,
    starts_at       BIGINT,
    ends_at         BIGINT,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);

INSERT INTO new_membership_roles
    (id, membership_id, role, is_temporary, temporary_range, starts_at, ends_at, created_at, updated_at)
SELECT id, membership_id, role, is_temporary, temporary_range, starts_at, ends_at, created_at, updated_at
  FROM membership_roles;

DROP TABLE membership_roles;
DROP TABLE project_memberships;
ALTER TABLE new_project_memberships RENAME TO project_memberships;
ALTER TABLE new_membership_roles RENAME TO membership_roles;

CREATE INDEX project_memberships_user ON project_memberships (user_id);
CREATE INDEX project_memberships_identity ON project_memberships (identity_id);
CREATE INDEX project_memberships_group ON project_memberships (group_id);
CREATE INDEX membership_roles_custom_role ON membership_roles (custom_role_id);
CREATE UNIQUE INDEX membership_roles_once ON membership_roles (membership_id, (COALESCE(custom_role_id, role)));

-- Rights beside the roles of one member of one project.
CREATE TABLE additional_privileges (
    id              TEXT    PRIMARY KEY,
    membership_id   TEXT    NOT NULL REFERENCES project_memberships (id) ON DELETE CASCADE,
    slug            TEXT    NOT NULL,
    -- JSON array of rules, as they were written
    permissions     TEXT    NOT NULL,
    is_temporary    BOOLEAN NOT NULL DEFAULT FALSE,
    temporary_range TEXT,
    starts_at       BIGINT,
    ends_at         BIGINT,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    UNIQUE (membership_id, slug)
);
