-- Indexes that nothing is found by. Each is one more page that a write changes, copies for its savepoint
-- and puts into the log.

-- Nobody asks for the changes of one thing; those of a folder are asked for by folder.
DROP INDEX commit_changes_resource;

-- The log of an organization is read from its end, in the order of its sequence.
DROP INDEX audit_events_time;
