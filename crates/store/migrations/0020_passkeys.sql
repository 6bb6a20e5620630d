-- Passkeys (W3C Web Authentication), and which second factor a person or an organization wants.

-- What a person chose about the second factor, whatever it is made of.
CREATE TABLE user_second_factors (
    user_id    TEXT    PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- whether sign-in asks for it
    is_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    -- what is asked for first: 'totp' or 'webauthn'; NULL is no preference
    method     TEXT
);

INSERT INTO user_second_factors (user_id, is_enabled)
SELECT user_id, is_enabled FROM user_totp WHERE verified_at IS NOT NULL;

ALTER TABLE user_totp DROP COLUMN is_enabled;

CREATE TABLE passkeys (
    id                 TEXT    PRIMARY KEY,
    user_id            TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- what the person calls it
    name               TEXT    NOT NULL,
    -- the host name it was made under; it works nowhere else
    relying_party      TEXT    NOT NULL,
    -- the authenticator's own id, up to 1023 bytes
    credential_id      BYTEA   NOT NULL UNIQUE,
    -- COSE key
    public_key         BYTEA   NOT NULL,
    -- what its counter said last; 0 if it does not count
    sign_count         BIGINT  NOT NULL,
    -- whether it may be on several devices, and whether it is
    is_backup_eligible BOOLEAN NOT NULL,
    is_backed_up       BOOLEAN NOT NULL,
    created_at         BIGINT  NOT NULL,
    last_used_at       BIGINT
);

CREATE INDEX passkeys_user ON passkeys (user_id);

-- Challenges that were answered, until they end by themselves: none counts twice.
CREATE TABLE used_passkey_challenges (
    nonce      BYTEA  PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE INDEX used_passkey_challenges_expiry ON used_passkey_challenges (expires_at);

-- what was given in a session: 'totp', 'webauthn' or 'recovery-code'
ALTER TABLE user_sessions ADD COLUMN second_factor_method TEXT;
UPDATE user_sessions SET second_factor_method = 'totp' WHERE second_factor_at IS NOT NULL;

-- which one people need to enter, if they need one: 'totp' or 'webauthn'; NULL is any
ALTER TABLE organizations ADD COLUMN second_factor_method TEXT;
