-- Replacing the data keys of organizations as well, and rows that stand in the way of it.

-- As other_data_key_ciphertext of projects: the key that comes, and then the one that goes.
ALTER TABLE organizations ADD COLUMN other_data_key_ciphertext BYTEA;

-- Made anew, because a key is one of a project or one of an organization now.
CREATE TABLE new_data_key_rotations (
    -- the id of the project or of the organization
    owner_id        TEXT   PRIMARY KEY,
    -- one of these is that id, the other is NULL
    project_id      TEXT   UNIQUE REFERENCES projects (id) ON DELETE CASCADE,
    organization_id TEXT   UNIQUE REFERENCES organizations (id) ON DELETE CASCADE,
    -- 'announced': the new key is known to every node; 'running': it is used, and rows are encrypted anew;
    -- 'blocked': all but rows that do not decrypt are, and the old key is kept for these; 'finished': the old key
    -- is gone
    state           TEXT   NOT NULL,
    -- number of the key that comes
    key_number      BIGINT NOT NULL,
    -- rows that are encrypted under the new key by now, of those counted when it was first used
    rows_done       BIGINT NOT NULL DEFAULT 0,
    rows_total      BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    -- when the state last changed
    changed_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    CHECK ((project_id IS NULL) <> (organization_id IS NULL))
);

INSERT INTO new_data_key_rotations
    (owner_id, project_id, organization_id, state, key_number, rows_done, rows_total, started_at, changed_at,
     finished_at)
SELECT project_id, project_id, NULL, state, key_number, rows_done, rows_total, started_at, changed_at, finished_at
  FROM data_key_rotations;

DROP TABLE data_key_rotations;
ALTER TABLE new_data_key_rotations RENAME TO data_key_rotations;

CREATE INDEX data_key_rotations_state ON data_key_rotations (state);
