-- The instance as a whole: one row, made at the first start.
-- In all migrations: columns are TEXT, BIGINT, BOOLEAN or BYTEA, which both engines spell the same;
-- ids are UUIDv7 text; times (_at) are Unix milliseconds; *_ciphertext arrives encrypted.

CREATE TABLE instance (
    id             TEXT    PRIMARY KEY CHECK (id = 'instance'),
    instance_id    TEXT    NOT NULL,
    -- proves at start that the root key is the one this database was encrypted under
    key_check      BYTEA   NOT NULL,
    -- set by the bootstrap, which happens once
    initialized_at BIGINT,
    created_at     BIGINT  NOT NULL
);
