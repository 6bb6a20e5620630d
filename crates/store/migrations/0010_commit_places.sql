-- Where each changed thing was when it was changed, so that the commit log can be told to readers also
-- after its folder or environment is gone.

-- the slug of the environment; NULL for tags, and where it is not known any more
ALTER TABLE commit_changes ADD COLUMN environment_slug TEXT;
-- the path of the folder the thing is in
ALTER TABLE commit_changes ADD COLUMN folder_path TEXT;
-- the user whose personal override it is, who alone may hear of it; '' for what is shared
ALTER TABLE commit_changes ADD COLUMN owner_user_id TEXT NOT NULL DEFAULT '';

UPDATE commit_changes SET
    environment_slug =
        (SELECT e.slug FROM folders f JOIN environments e ON e.id = f.environment_id
          WHERE f.id = commit_changes.folder_id),
    folder_path = (SELECT f.path FROM folders f WHERE f.id = commit_changes.folder_id);

UPDATE commit_changes SET environment_slug = name WHERE resource_type = 'environment';
