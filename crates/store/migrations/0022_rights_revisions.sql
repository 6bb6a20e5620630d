-- How often rights have changed: by this number a node sees that another one changed them.

CREATE TABLE rights_revisions (
    id       BIGINT PRIMARY KEY,
    revision BIGINT NOT NULL
);

INSERT INTO rights_revisions (id, revision) VALUES (1, 0);
