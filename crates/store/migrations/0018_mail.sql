-- Mail: what waits to be sent, and what people do by it.

-- A row goes once its mail is sent or given up.
CREATE TABLE mails (
    id                  TEXT   PRIMARY KEY,
    recipient           TEXT   NOT NULL,
    -- which of our texts it is, such as 'invitation'
    kind                TEXT   NOT NULL,
    -- the mail's own data key, wrapped by the root key: mails hold codes
    data_key_ciphertext BYTEA  NOT NULL,
    -- bound to (table 'mails', id, 'text', 1)
    text_ciphertext     BYTEA  NOT NULL,
    attempts            BIGINT NOT NULL DEFAULT 0,
    next_attempt_at     BIGINT NOT NULL,
    -- a node is sending it until then; 0 if none is
    lease_expires_at    BIGINT NOT NULL DEFAULT 0,
    -- what it holds is of no use from then on
    expires_at          BIGINT NOT NULL,
    created_at          BIGINT NOT NULL
);

CREATE INDEX mails_due ON mails (next_attempt_at);

-- when the person showed that they read mail to their address; NULL is never
ALTER TABLE users ADD COLUMN email_verified_at BIGINT;

-- when the code was last mailed; NULL if its link was shown to the one who invited
ALTER TABLE invitations ADD COLUMN mailed_at BIGINT;

-- to which address the place was offered; NULL for somebody who was not invited
ALTER TABLE organization_memberships ADD COLUMN invite_email TEXT;
UPDATE organization_memberships
   SET invite_email = (SELECT email FROM users WHERE users.id = organization_memberships.user_id)
 WHERE accepted_at IS NULL;

-- Passwords that somebody asked to set anew, for known and unknown accounts alike.
CREATE TABLE password_resets (
    -- as asked for, in lower case
    email             TEXT    PRIMARY KEY,
    -- names the reset in its token
    id                TEXT    NOT NULL UNIQUE,
    -- how often it was asked for since the window began
    requests          BIGINT  NOT NULL DEFAULT 0,
    window_started_at BIGINT  NOT NULL,
    -- whether a mail is still to be made of it
    is_pending        BOOLEAN NOT NULL DEFAULT FALSE,
    -- whether the code went out by mail; else an operator has it
    is_mailed         BOOLEAN NOT NULL DEFAULT FALSE,
    -- keyed hash of the code; NULL if there is none, or it was changed into the token
    code_hash         BYTEA,
    -- keyed hash of the token that the code was changed into
    token_hash        BYTEA,
    -- codes that may still be tried
    tries_left        BIGINT  NOT NULL DEFAULT 0,
    -- of the code, and then of the token
    expires_at        BIGINT  NOT NULL DEFAULT 0
);

CREATE INDEX password_resets_window ON password_resets (window_started_at);

-- Codes by which people show that they read mail to their address.
CREATE TABLE email_verifications (
    user_id           TEXT   PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    requests          BIGINT NOT NULL DEFAULT 0,
    window_started_at BIGINT NOT NULL,
    -- keyed hash of the code; NULL before the first
    code_hash         BYTEA,
    tries_left        BIGINT NOT NULL DEFAULT 0,
    expires_at        BIGINT NOT NULL DEFAULT 0
);
