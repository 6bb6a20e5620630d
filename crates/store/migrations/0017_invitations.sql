-- Invitations of people into organizations.

-- when the person took the place; NULL while they are only invited, and the place does not count
ALTER TABLE organization_memberships ADD COLUMN accepted_at BIGINT;
UPDATE organization_memberships SET accepted_at = created_at;

CREATE TABLE invitations (
    membership_id TEXT   PRIMARY KEY REFERENCES organization_memberships (id) ON DELETE CASCADE,
    -- keyed hash of the code in the link; the row goes with its use
    code_hash     BYTEA  NOT NULL,
    expires_at    BIGINT NOT NULL
);
