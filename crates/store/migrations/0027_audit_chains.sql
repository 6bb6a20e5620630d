-- The audit log becomes a chain per organization. An event is written without a place in it, and gets its
-- number and its link afterwards ("sealed"), so that those who write wait for nobody.

-- Events that are not sealed yet. They are sealed in the order of their ids.
CREATE TABLE audit_pending (
    -- '' for events of the instance
    organization_id TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    project_id      TEXT,
    event_type      TEXT   NOT NULL,
    result          TEXT   NOT NULL,
    actor_type      TEXT   NOT NULL,
    actor_id        TEXT,
    actor_name      TEXT,
    metadata        TEXT   NOT NULL,
    ip              TEXT,
    user_agent      TEXT,
    user_agent_type TEXT,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- What was recorded until now is sealed first.
INSERT INTO audit_pending (organization_id, id, project_id, event_type, result, actor_type, actor_id,
    actor_name, metadata, ip, user_agent, user_agent_type, created_at)
SELECT organization_id, id, project_id, event_type, result, actor_type, actor_id,
    actor_name, metadata, ip, user_agent, user_agent_type, created_at
  FROM audit_events;

DROP TABLE audit_events;
DROP TABLE audit_sequences;

-- Sealed events: only ever added, and removed by retention alone. No index beside those of the keys: events
-- are found by the blocks of migration 28.
CREATE TABLE audit_events (
    id              TEXT   PRIMARY KEY,
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
    -- the link: over the link before it and all the columns above
    hash            BYTEA  NOT NULL,
    UNIQUE (organization_id, sequence)
);

-- The end of each chain. Who seals holds the row.
CREATE TABLE audit_chains (
    organization_id TEXT   PRIMARY KEY,
    last_sequence   BIGINT NOT NULL,
    last_hash       BYTEA  NOT NULL,
    -- the last event of the last whole block
    closed_sequence BIGINT NOT NULL DEFAULT 0,
    -- the last event that a checkpoint stands for, and when that was signed
    signed_sequence BIGINT NOT NULL DEFAULT 0,
    signed_at       BIGINT NOT NULL DEFAULT 0
);
