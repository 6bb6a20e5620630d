-- Which secrets refer to a place: keyed hashes under a key that is derived from the project's data key, of
-- (folder id, name) for a reference to a secret beside, of (environment, path, name) for one to a secret
-- elsewhere. Kept for the present value of a secret, in the transaction that writes it.

CREATE TABLE secret_references (
    secret_id   TEXT  NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    target_hash BYTEA NOT NULL,
    PRIMARY KEY (secret_id, target_hash)
);

CREATE INDEX secret_references_target ON secret_references (target_hash);

-- Whether the secrets of the project have their rows above. FALSE for projects that are older than the table,
-- until somebody first asks.
ALTER TABLE projects ADD COLUMN references_indexed BOOLEAN NOT NULL DEFAULT FALSE;
