-- Backups that servers made, and what came of restoring them on trial.

CREATE TABLE backup_runs (
    id                TEXT   PRIMARY KEY,
    -- the host name of the server that made it, in whose folder the file is
    node              TEXT   NOT NULL,
    file_name         TEXT   NOT NULL,
    started_at        BIGINT NOT NULL,
    -- NULL while it is being written
    finished_at       BIGINT,
    size_bytes        BIGINT,
    row_count         BIGINT,
    -- why it was not made; NULL if it was
    failure           TEXT,
    -- of the last trial; NULL before the first
    drill_started_at  BIGINT,
    drill_finished_at BIGINT,
    -- why it could not be restored; NULL if it could
    drill_failure     TEXT,
    -- whether the file was removed since, to make place for later ones
    is_removed        BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX backup_runs_started ON backup_runs (started_at);

-- One server at a time makes or tries a backup.
CREATE TABLE backup_leases (
    id         BIGINT PRIMARY KEY,
    node       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

INSERT INTO backup_leases (id, node, expires_at) VALUES (1, '', 0);
