-- Where the audit log of an organization is sent, and how far. The log itself is the queue.

CREATE TABLE audit_streams (
    id                 TEXT    PRIMARY KEY,
    organization_id    TEXT    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name               TEXT    NOT NULL,
    -- JSON of address, headers and certificates; bound to (table 'audit_streams', id, 'target', 1)
    target_ciphertext  BYTEA   NOT NULL,
    is_paused          BOOLEAN NOT NULL DEFAULT FALSE,
    -- every event up to this one was delivered, or is older than the stream
    delivered_sequence BIGINT  NOT NULL,
    -- when events were last delivered; NULL before the first
    delivered_at       BIGINT,
    -- failed attempts since then, and why the last one failed
    failed_attempts    BIGINT  NOT NULL DEFAULT 0,
    last_error         TEXT,
    next_attempt_at    BIGINT  NOT NULL,
    -- a node is sending until then; 0 if none is
    lease_expires_at   BIGINT  NOT NULL DEFAULT 0,
    created_at         BIGINT  NOT NULL,
    updated_at         BIGINT  NOT NULL
);

CREATE INDEX audit_streams_organization ON audit_streams (organization_id);
