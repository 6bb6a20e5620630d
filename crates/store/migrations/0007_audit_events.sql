-- The audit log. Events are only ever added. The two hash columns are for the chain per organization.

CREATE TABLE audit_events (
    id              TEXT   PRIMARY KEY,
    -- '' for events of the instance
    organization_id TEXT   NOT NULL,
    -- 1, 2, 3, … without a gap within the organization
    sequence        BIGINT NOT NULL,
    project_id      TEXT,
    event_type      TEXT   NOT NULL,
    -- 'allowed' or 'denied'
    result          TEXT   NOT NULL,
    actor_type      TEXT   NOT NULL,
    actor_id        TEXT,
    actor_name      TEXT,
    -- JSON object of the event's own facts; never a value, a token or a password
    metadata        TEXT   NOT NULL,
    ip              TEXT,
    user_agent      TEXT,
    user_agent_type TEXT,
    created_at      BIGINT NOT NULL,
    previous_hash   BYTEA,
    hash            BYTEA,
    UNIQUE (organization_id, sequence)
);

CREATE INDEX audit_events_time ON audit_events (organization_id, created_at);
CREATE INDEX audit_events_project ON audit_events (project_id, created_at);

-- The last sequence given out, per organization.
CREATE TABLE audit_sequences (
    organization_id TEXT   PRIMARY KEY,
    last_sequence   BIGINT NOT NULL
);
