-- What whoever vouched for a machine said of it at the login, as far as the settings of the auth method ask for it to be
-- kept: a JSON object of lists of texts by name. None if nothing is kept.
ALTER TABLE access_tokens ADD COLUMN attributes TEXT;
