-- Folders included in other folders. The source is an environment and a path: the folder need not be
-- there (yet), and one that is made later at that path is included from then on.

CREATE TABLE secret_imports (
    id                    TEXT    PRIMARY KEY,
    project_id            TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    -- the folder that includes
    folder_id             TEXT    NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
    source_environment_id TEXT    NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    source_path           TEXT    NOT NULL,
    -- 1 is the first; a later one comes before an earlier one where both have a name
    position              BIGINT  NOT NULL,
    -- accepted for clients that ask for it; an import is always up to date
    is_replication        BOOLEAN NOT NULL,
    version               BIGINT  NOT NULL CHECK (version >= 1),
    created_at            BIGINT  NOT NULL,
    updated_at            BIGINT  NOT NULL,
    UNIQUE (folder_id, source_environment_id, source_path)
);

CREATE INDEX secret_imports_source ON secret_imports (source_environment_id, source_path);

-- One row per version, the present one included. It outlives the import.
CREATE TABLE secret_import_versions (
    import_id             TEXT    NOT NULL,
    version               BIGINT  NOT NULL,
    project_id            TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    folder_id             TEXT    NOT NULL,
    source_environment_id TEXT    NOT NULL,
    source_path           TEXT    NOT NULL,
    position              BIGINT  NOT NULL,
    is_replication        BOOLEAN NOT NULL,
    import_created_at     BIGINT  NOT NULL,
    created_at            BIGINT  NOT NULL,
    -- the revision of the commit that made the version
    revision              BIGINT  NOT NULL,
    -- the revision of the commit that replaced or deleted it; NULL for the present version
    ended_revision        BIGINT,
    PRIMARY KEY (import_id, version)
);

CREATE INDEX secret_import_versions_folder ON secret_import_versions (folder_id, revision);
CREATE INDEX secret_import_versions_project ON secret_import_versions (project_id);
