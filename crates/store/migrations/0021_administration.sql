-- What administrators of the instance set, and what deleting a person needs.

-- domains from which new accounts may be, separated by commas; NULL is any
ALTER TABLE instance ADD COLUMN allowed_sign_up_domain TEXT;
-- what people read before they sign in
ALTER TABLE instance ADD COLUMN auth_consent_content TEXT;
-- what stands above every page
ALTER TABLE instance ADD COLUMN page_frame_content TEXT;

-- own values go with their owner
CREATE INDEX secrets_owner ON secrets (owner_user_id) WHERE owner_user_id <> '';
CREATE INDEX secret_versions_owner ON secret_versions (owner_user_id) WHERE owner_user_id <> '';
