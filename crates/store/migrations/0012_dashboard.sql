-- Whether the API hands out values of a project's secrets. The dashboard shows them to people either way.

ALTER TABLE projects ADD COLUMN plaintext_reads BOOLEAN NOT NULL DEFAULT TRUE;

-- How a person likes the dashboard: a JSON object that it alone understands.
CREATE TABLE user_preferences (
    user_id     TEXT   PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    preferences TEXT   NOT NULL,
    updated_at  BIGINT NOT NULL
);
