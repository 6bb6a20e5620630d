-- A second factor of people beside the password: one-time codes by time (RFC 6238), and recovery codes.

CREATE TABLE user_totp (
    user_id             TEXT    PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- the person's data key, wrapped by the root key
    data_key_ciphertext BYTEA   NOT NULL,
    -- what the person's app makes codes from
    secret_ciphertext   BYTEA   NOT NULL,
    -- the time step of the last code that was accepted: none before it counts again
    last_step           BIGINT  NOT NULL DEFAULT 0,
    -- when the first code was accepted; NULL while the app has not shown that it has the secret
    verified_at         BIGINT,
    -- whether sign-in asks for it
    is_enabled          BOOLEAN NOT NULL DEFAULT FALSE,
    created_at          BIGINT  NOT NULL
);

CREATE TABLE user_recovery_codes (
    user_id   TEXT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- keyed hash of the code; the row goes with its use
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- A sign-in whose password was right, waiting for the second factor.
CREATE TABLE second_factor_challenges (
    id              TEXT   PRIMARY KEY,
    session_id      TEXT   NOT NULL REFERENCES user_sessions (id) ON DELETE CASCADE,
    organization_id TEXT   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- keyed hash of the token that names it
    token_hash      BYTEA  NOT NULL,
    tries_left      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);

CREATE INDEX second_factor_challenges_session ON second_factor_challenges (session_id);
CREATE INDEX second_factor_challenges_expiry ON second_factor_challenges (expires_at);

-- when the second factor was given in this session; NULL is never
ALTER TABLE user_sessions ADD COLUMN second_factor_at BIGINT;

-- whether people need a second factor to enter
ALTER TABLE organizations ADD COLUMN requires_second_factor BOOLEAN NOT NULL DEFAULT FALSE;
