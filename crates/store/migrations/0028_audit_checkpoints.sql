-- What proves the chains of the audit log, finds events in them, and lets old ones go.

CREATE TABLE audit_signing_keys (
    -- 1, 2, 3, …: the last one signs
    number                 BIGINT PRIMARY KEY,
    -- the fingerprint of the public key
    id                     TEXT   NOT NULL UNIQUE,
    -- Ed25519, 32 bytes
    public_key             BYTEA  NOT NULL,
    -- 32 bytes, wrapped by the root key for the owner audit-signing:<id>
    private_key_ciphertext BYTEA  NOT NULL,
    created_at             BIGINT NOT NULL
);

-- Signed links: at the end of each whole block, and one behind the last of them.
CREATE TABLE audit_checkpoints (
    organization_id TEXT   NOT NULL,
    sequence        BIGINT NOT NULL,
    hash            BYTEA  NOT NULL,
    signed_at       BIGINT NOT NULL,
    key_id          TEXT   NOT NULL,
    signature       BYTEA  NOT NULL,
    PRIMARY KEY (organization_id, sequence)
);

-- Whole blocks of 1,024 events, and what says which of them need not be looked at.
CREATE TABLE audit_blocks (
    organization_id TEXT   NOT NULL,
    first_sequence  BIGINT NOT NULL,
    last_sequence   BIGINT NOT NULL,
    -- the earliest and the latest event
    first_at        BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    -- a filter over what its events can be found by
    terms           BYTEA  NOT NULL,
    PRIMARY KEY (organization_id, last_sequence)
);

-- Signed statements that retention removed events of a block.
CREATE TABLE audit_prunings (
    organization_id TEXT   NOT NULL,
    first_sequence  BIGINT NOT NULL,
    last_sequence   BIGINT NOT NULL,
    -- the link of the last event
    hash            BYTEA  NOT NULL,
    pruned_count    BIGINT NOT NULL,
    -- digests of the events that are gone; empty if all are
    digests         BYTEA  NOT NULL,
    pruned_at       BIGINT NOT NULL,
    key_id          TEXT   NOT NULL,
    signature       BYTEA  NOT NULL,
    PRIMARY KEY (organization_id, last_sequence)
);

-- How far retention has come, per number of days that events are kept.
CREATE TABLE audit_retention_cursors (
    organization_id TEXT   NOT NULL,
    days            BIGINT NOT NULL,
    -- which projects keep events how long; if that changes, it begins again
    settings        TEXT   NOT NULL,
    -- blocks up to this event were looked at
    sequence        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, days)
);
