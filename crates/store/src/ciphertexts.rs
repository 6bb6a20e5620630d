//! Everything that is stored encrypted under a data key, with what is needed to decrypt it. By this list a data key is
//! replaced ([`reencryption`](crate::reencryption)), and it is found out whether a root key opens a whole store. The
//! keys are in [`wrapped_keys`](crate::wrapped_keys).
//!
//! A test compares both with the schema, so that no column is left out.

use tacit_core::cipher::Ciphertext;

use crate::{Connection, FromRow, Row, error::Result, value::params};

/// Rows that are read at once.
const PAGE_ROWS: usize = 256;
/// The most encrypted columns that a table has.
pub const COLUMNS_MAX: usize = 3;
/// What they are called in a [`SealedRow`]'s statement.
const ALIASES: [&str; COLUMNS_MAX] = ["c0", "c1", "c2"];

/// A table with values that are encrypted under data keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedTable {
    /// Its name.
    pub name: &'static str,
    /// Its encrypted columns, each with the field that its ciphertexts are bound to; [`COLUMNS_MAX`] at most.
    pub columns: &'static [(&'static str, &'static str)],
    /// Whose key it is: as [`WrappedColumn::owner`](crate::wrapped_keys::WrappedColumn::owner).
    pub owner: &'static str,
    /// The table that the ciphertexts are bound to.
    pub bound_table: &'static str,
    /// The column with the id that the ciphertexts are bound to, and with the version where rows have versions: by
    /// both together a row is found.
    pub(crate) id: &'static str,
    pub(crate) version: Option<&'static str>,
    /// Of the table as `t`: the id of whose key it is, and what is joined for that.
    pub(crate) owner_id: &'static str,
    pub(crate) join: &'static str,
}

const SECRETS: SealedTable = SealedTable {
    name: "secrets",
    columns: &[
        ("value_ciphertext", "value"),
        ("comment_ciphertext", "comment"),
        ("metadata_ciphertext", "metadata"),
    ],
    owner: "project",
    bound_table: "secrets",
    id: "id",
    version: Some("version"),
    owner_id: "f.project_id",
    join: "JOIN folders f ON f.id = t.folder_id",
};

/// Versions are bound to the secret they are of, so that they can be put back as they are.
const VERSIONS: SealedTable =
    SealedTable { name: "secret_versions", id: "secret_id", owner_id: "t.project_id", join: "", ..SECRETS };

const WEBHOOKS: SealedTable = SealedTable {
    name: "webhooks",
    columns: &[("url_ciphertext", "url"), ("secret_key_ciphertext", "secret_key")],
    owner: "project",
    bound_table: "webhooks",
    id: "id",
    version: None,
    owner_id: "t.project_id",
    join: "",
};

const AUTH_METHOD_SETTINGS: SealedTable = SealedTable {
    name: "auth_method_settings",
    columns: &[("settings_ciphertext", "settings")],
    owner: "organization",
    bound_table: "auth_method_settings",
    id: "auth_method_id",
    version: None,
    owner_id: "i.organization_id",
    join: "JOIN auth_methods m ON m.id = t.auth_method_id JOIN identities i ON i.id = m.identity_id",
};

const AUDIT_STREAMS: SealedTable = SealedTable {
    name: "audit_streams",
    columns: &[("target_ciphertext", "target")],
    owner: "organization",
    bound_table: "audit_streams",
    id: "id",
    version: None,
    owner_id: "t.organization_id",
    join: "",
};

/// Each person and each mail has a key of its own, which is not replaced.
const USER_TOTP: SealedTable = SealedTable {
    name: "user_totp",
    columns: &[("secret_ciphertext", "secret")],
    owner: "user",
    bound_table: "user_totp",
    id: "user_id",
    version: None,
    owner_id: "t.user_id",
    join: "",
};

const MAILS: SealedTable = SealedTable {
    name: "mails",
    columns: &[("text_ciphertext", "text")],
    owner: "mail",
    bound_table: "mails",
    id: "id",
    version: None,
    owner_id: "t.id",
    join: "",
};

/// All of them. In this order they are encrypted anew: versions are copies of secrets.
pub static SEALED: [SealedTable; 7] =
    [SECRETS, VERSIONS, WEBHOOKS, AUTH_METHOD_SETTINGS, AUDIT_STREAMS, USER_TOTP, MAILS];

/// A row with what is encrypted in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// The id that its ciphertexts are bound to.
    pub id: String,
    /// The version that they are bound to; 1 where rows have none.
    pub version: i64,
    /// The id of whose key they are under.
    pub owner_id: String,
    /// In the order of [`SealedTable::columns`]; none where the column is empty, and behind the last one.
    pub ciphertexts: [Option<Ciphertext>; COLUMNS_MAX],
}

impl FromRow for SealedRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let [first, second, third] = ALIASES;
        Ok(Self {
            id: row.get("row_id")?,
            version: row.get("row_version")?,
            owner_id: row.get("owner_id")?,
            ciphertexts: [row.get(first)?, row.get(second)?, row.get(third)?],
        })
    }
}

impl SealedTable {
    /// The version of a row, of the table as `t`.
    pub(crate) fn version_of_row(&self) -> String {
        self.version.map_or_else(|| "CAST(1 AS BIGINT)".to_owned(), |column| format!("t.{column}"))
    }

    /// Whole [`SealedRow`]s, without their `WHERE`.
    pub(crate) fn select(&self) -> String {
        let Self { name, id, owner_id, join, .. } = self;
        let version = self.version_of_row();
        let column = |(place, alias): (usize, &&str)| match self.columns.get(place) {
            Some((column, _)) => format!("t.{column} AS {alias}"),
            None => format!("CAST(NULL AS BYTEA) AS {alias}"),
        };
        let columns: Vec<String> = ALIASES.iter().enumerate().map(column).collect();
        let columns = columns.join(", ");
        format!(
            "SELECT t.{id} AS row_id, {version} AS row_version, {owner_id} AS owner_id, {columns} FROM {name} t {join}"
        )
    }

    /// The rows, a page at a time: those behind this id and version. Start with an empty id.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn page(&self, db: &mut Connection, after: (&str, i64)) -> Result<Vec<SealedRow>> {
        let (select, id, version) = (self.select(), self.id, self.version_of_row());
        let sql = format!(
            "{select} WHERE (t.{id}, {version}) > ($1, $2) ORDER BY t.{id}, {version} LIMIT {PAGE_ROWS}"
        );
        db.fetch_all(&sql, params![after.0, after.1]).await
    }
}
