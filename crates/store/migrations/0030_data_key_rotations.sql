-- Replacing the data keys of projects while they are in use.

-- The other key of a project whose key is being replaced, wrapped by the root key: the one that comes, and then
-- the one that goes. NULL when everything is encrypted under one key.
ALTER TABLE projects ADD COLUMN other_data_key_ciphertext BYTEA;

-- One row per project whose key was ever replaced: of the last time.
CREATE TABLE data_key_rotations (
    project_id      TEXT   PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    -- 'announced': the new key is known to every node; 'running': it is used, and rows are encrypted anew;
    -- 'finished': the old key is gone
    state           TEXT   NOT NULL,
    -- number of the key that comes
    key_number      BIGINT NOT NULL,
    -- rows that are encrypted under the new key by now, of those counted when it was first used
    rows_done       BIGINT NOT NULL DEFAULT 0,
    rows_total      BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    -- when the state last changed
    changed_at      BIGINT NOT NULL,
    finished_at     BIGINT
);

CREATE INDEX data_key_rotations_state ON data_key_rotations (state);
