-- Keys of the instance, wrapped by the root key, so that another root key can take its place.

-- 'token', 'hash', 'challenge' or 'etag'
CREATE TABLE instance_keys (
    purpose        TEXT   PRIMARY KEY,
    key_ciphertext BYTEA  NOT NULL,
    created_at     BIGINT NOT NULL
);

-- The recovery key: its public half, and the root key sealed to it. No row without one.
CREATE TABLE recovery_keys (
    -- always 'recovery'
    id               TEXT   PRIMARY KEY,
    public_key       BYTEA  NOT NULL,
    -- keyed hash of the public half under the root key, so that nobody puts their own there
    public_key_check BYTEA  NOT NULL,
    sealed_root_key  BYTEA  NOT NULL,
    created_at       BIGINT NOT NULL,
    -- when somebody last showed that they have it; NULL is never
    verified_at      BIGINT
);

-- when the root key was last replaced; NULL is never
ALTER TABLE instance ADD COLUMN root_key_rotated_at BIGINT;
