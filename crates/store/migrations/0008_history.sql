-- History. A version row says from which revision of its project on it was the present one, and which
-- revision ended it, so that the state at any revision is read like the present one.

ALTER TABLE commit_changes ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

UPDATE commit_changes
   SET revision = (SELECT c.revision FROM commits c WHERE c.id = commit_changes.commit_id);

DROP INDEX commit_changes_resource;
DROP INDEX commit_changes_folder;
CREATE INDEX commit_changes_resource ON commit_changes (resource_id, revision);
CREATE INDEX commit_changes_folder ON commit_changes (folder_id, revision);
CREATE INDEX commits_created ON commits (project_id, created_at);

-- the revision of the commit that made the version
ALTER TABLE secret_versions ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
-- the revision of the commit that replaced or deleted it; NULL for the present version
ALTER TABLE secret_versions ADD COLUMN ended_revision BIGINT;
-- when the secret was made
ALTER TABLE secret_versions ADD COLUMN secret_created_at BIGINT NOT NULL DEFAULT 0;

UPDATE secret_versions SET
    revision = COALESCE(
        (SELECT MIN(x.revision) FROM commit_changes x
          WHERE x.resource_id = secret_versions.secret_id AND x.version_after = secret_versions.version), 0),
    ended_revision =
        (SELECT MIN(x.revision) FROM commit_changes x
          WHERE x.resource_id = secret_versions.secret_id AND x.version_before = secret_versions.version),
    secret_created_at =
        (SELECT MIN(v.created_at) FROM secret_versions v WHERE v.secret_id = secret_versions.secret_id);

-- Secrets that went with their environment are in no commit.
UPDATE secret_versions
   SET ended_revision = (SELECT p.revision FROM projects p WHERE p.id = secret_versions.project_id)
 WHERE ended_revision IS NULL AND NOT EXISTS (SELECT 1 FROM secrets s WHERE s.id = secret_versions.secret_id);

DROP INDEX secret_versions_folder;
CREATE INDEX secret_versions_name ON secret_versions (folder_id, owner_user_id, name, revision);
CREATE INDEX secret_versions_ended ON secret_versions (folder_id, ended_revision);

-- One row per version of a folder, the present one included. It outlives the folder. Paths are not in it:
-- renaming a folder makes one version of it and none of those below.
CREATE TABLE folder_versions (
    folder_id         TEXT   NOT NULL,
    version           BIGINT NOT NULL,
    project_id        TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    environment_id    TEXT   NOT NULL,
    parent_id         TEXT,
    name              TEXT   NOT NULL,
    description       TEXT,
    revision          BIGINT NOT NULL,
    ended_revision    BIGINT,
    folder_created_at BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    PRIMARY KEY (folder_id, version)
);

CREATE INDEX folder_versions_name ON folder_versions (parent_id, name, revision);
CREATE INDEX folder_versions_ended ON folder_versions (environment_id, ended_revision);
CREATE INDEX folder_versions_project ON folder_versions (project_id);

-- A root folder is made with its environment.
INSERT INTO folder_versions
    (folder_id, version, project_id, environment_id, parent_id, name, description, revision,
     folder_created_at, created_at)
SELECT f.id, f.version, f.project_id, f.environment_id, f.parent_id, f.name, f.description,
       COALESCE((SELECT MAX(x.revision) FROM commit_changes x
                  WHERE x.version_after = f.version
                    AND x.resource_id = CASE WHEN f.parent_id IS NULL THEN f.environment_id ELSE f.id END
                    AND (f.parent_id IS NOT NULL OR x.version_before IS NULL)), 0),
       f.created_at, f.updated_at
  FROM folders f;

-- From which revision on states are complete: of a folder, once versions of its secrets were pruned,
-- or, under the project's id, of a whole project.
CREATE TABLE history_horizons (
    place_id   TEXT   PRIMARY KEY,
    project_id TEXT   NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    revision   BIGINT NOT NULL
);

CREATE INDEX history_horizons_project ON history_horizons (project_id);

-- Earlier versions of folders were not kept.
INSERT INTO history_horizons (place_id, project_id, revision)
SELECT c.project_id, c.project_id, MAX(c.revision)
  FROM commits c JOIN commit_changes x ON x.commit_id = c.id
 WHERE x.resource_type = 'folder' AND x.version_before IS NOT NULL
 GROUP BY c.project_id;
