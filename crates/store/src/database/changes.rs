//! What a transaction changes that caches rest on: found by the tables its statements name, so that no
//! use case can forget to say it.

use tacit_core::id::ProjectId;

/// Tables that decide who is let in and what they may do, and the settings of projects.
pub const RIGHTS: [&str; 17] = [
    "access_tokens",
    "additional_privileges",
    "api_keys",
    "auth_methods",
    "group_members",
    "groups",
    "identities",
    "instance",
    "membership_roles",
    "organization_memberships",
    "organizations",
    "project_memberships",
    "projects",
    "roles",
    "service_tokens",
    "user_sessions",
    "users",
];

/// Of these a new row changes nothing for anybody who was let in before.
const NEW_IS_HARMLESS: [&str; 8] = [
    "access_tokens",
    "api_keys",
    "identities",
    "organizations",
    "projects",
    "service_tokens",
    "user_sessions",
    "users",
];

/// Statements on tables of rights that only count, lock or prolong. What rests on them is a refusal, and
/// a refusal is never taken from memory.
pub const HARMLESS: [&str; 10] = [
    "UPDATE access_tokens SET last_renewed_at =",
    "UPDATE access_tokens SET num_uses =",
    "UPDATE api_keys SET last_used_at =",
    "UPDATE identities SET last_login_auth_method =",
    "UPDATE identities SET updated_at = updated_at",
    "UPDATE organizations SET access_revision =",
    "UPDATE projects SET references_indexed =",
    "UPDATE projects SET revision =",
    "UPDATE service_tokens SET last_used_at =",
    "UPDATE user_sessions SET refresh_version = refresh_version",
];

/// What begins the part of a statement that names the table it writes to.
const VERBS: [&str; 3] = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];

/// What a transaction has changed so far.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Whether somebody may do more or less than before.
    pub(crate) rights: bool,
    /// The projects it changed, and their revisions after it.
    pub(crate) projects: Vec<(ProjectId, i64)>,
}

impl Changes {
    /// Notes what a statement changes.
    pub(super) fn note(&mut self, sql: &str) {
        self.rights = self.rights || changes_rights(sql);
    }

    /// Adds what another transaction changed that became durable together with this one.
    pub(super) fn add(&mut self, other: Self) {
        self.rights |= other.rights;
        self.projects.extend(other.projects);
    }
}

fn changes_rights(sql: &str) -> bool {
    let sql = sql.trim_start();
    if sql.starts_with("SELECT ") || HARMLESS.iter().any(|harmless| sql.starts_with(harmless)) {
        // What begins so is one statement that reads; only WITH puts one that writes inside another.
        return false;
    }
    match VERBS.iter().find(|verb| sql.starts_with(**verb)) {
        // One statement writes to the table that it begins with. Looking on took microseconds of every write.
        Some(verb) if !sql.contains(';') => is_of_rights(verb, first_name(&sql[verb.len()..])),
        _ => VERBS.iter().any(|verb| tables_after(sql, verb).any(|table| is_of_rights(verb, table))),
    }
}

fn tables_after<'a>(sql: &'a str, verb: &'a str) -> impl Iterator<Item = &'a str> {
    sql.match_indices(verb).map(move |(at, _)| first_name(&sql[at + verb.len()..]))
}

/// The name that a text begins with.
fn first_name(sql: &str) -> &str {
    let name = sql.trim_start();
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    end.map_or(name, |end| &name[..end])
}

fn is_of_rights(verb: &str, table: &str) -> bool {
    let is_new = verb == VERBS[0];
    RIGHTS.contains(&table) && !(is_new && NEW_IS_HARMLESS.contains(&table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_may_take_a_right_are_found_wherever_they_stand() {
        for sql in [
            "DELETE FROM access_tokens WHERE id = $1",
            "UPDATE access_tokens SET is_revoked = TRUE WHERE id = $1",
            "\n  UPDATE roles\n SET name = $2",
            "INSERT INTO roles (id) VALUES ($1)",
            "WITH gone AS (SELECT id FROM groups) DELETE FROM group_members",
            "WITH gone AS (DELETE FROM roles RETURNING id) INSERT INTO tags (id) SELECT id FROM gone",
            "INSERT INTO roles (id) SELECT id FROM tags ON CONFLICT DO NOTHING",
            "INSERT INTO tags (id) SELECT 1; UPDATE users SET password_hash = $1",
            "UPDATE projects SET name = $2 WHERE id = $1",
        ] {
            assert!(changes_rights(sql), "{sql}");
        }
    }

    #[test]
    fn reading_counting_and_new_credentials_change_no_right() {
        for sql in [
            "SELECT * FROM roles",
            "INSERT INTO access_tokens (id) VALUES ($1)",
            "INSERT INTO secrets (id) VALUES ($1)",
            "UPDATE secrets SET name = $1",
            "UPDATE projects SET revision = revision + 1 WHERE id = $1 RETURNING revision AS number",
            "UPDATE access_tokens SET num_uses = num_uses + $2, last_used_at = $3 WHERE id = $1",
            "UPDATE login_failures SET count = 1",
        ] {
            assert!(!changes_rights(sql), "{sql}");
        }
    }
}
