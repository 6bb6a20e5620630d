-- Keys and values that describe a person in an organization: JSON, an array of {id, key, value}.

ALTER TABLE organization_memberships ADD COLUMN metadata TEXT NOT NULL DEFAULT '[]';
