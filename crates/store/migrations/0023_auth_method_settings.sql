-- What an auth method other than Universal Auth and Token Auth needs beyond the settings that all share: whom it
-- trusts and whom it lets in. JSON, encrypted whole: it may hold credentials, and who can write to the database must
-- not be able to let somebody in.
CREATE TABLE auth_method_settings (
    auth_method_id      TEXT   PRIMARY KEY REFERENCES auth_methods (id) ON DELETE CASCADE,
    -- under the data key of the identity's organization
    settings_ciphertext BYTEA  NOT NULL,
    -- wrong passwords in a row, for methods that have passwords
    failures            BIGINT NOT NULL DEFAULT 0,
    last_failure_at     BIGINT,
    locked_until        BIGINT
);
