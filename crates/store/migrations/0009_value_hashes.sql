-- Finding secrets by their exact value: a keyed hash of the value, under a key that is derived from the
-- project's data key. NULL in rows that were last written before this migration.

ALTER TABLE secrets ADD COLUMN value_hash BYTEA;
