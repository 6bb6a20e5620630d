//! Everything that is stored encrypted under a data key, with what is needed to decrypt it: to find out whether a root
//! key opens a whole store. The keys are in [`wrapped_keys`](crate::wrapped_keys).
//!
//! A test compares both with the schema, so that no column is left out.

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// Ciphertexts that are read at once.
const PAGE_ROWS: usize = 256;

/// Where values are stored, encrypted under a data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueSource {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Whose key it is: as [`WrappedColumn::owner`](crate::wrapped_keys::WrappedColumn::owner).
    pub owner: &'static str,
    /// The table that the ciphertexts are bound to.
    pub bound_table: &'static str,
    /// The field that they are bound to.
    pub field: &'static str,
    /// Of the table as `t`: the id of the row, its version, the owner's id, and what is joined for that.
    id: &'static str,
    version: &'static str,
    owner_id: &'static str,
    join: &'static str,
}

const SECRET: ValueSource = ValueSource {
    table: "secrets",
    column: "value_ciphertext",
    owner: "project",
    bound_table: "secrets",
    field: "value",
    id: "t.id",
    version: "t.version",
    owner_id: "f.project_id",
    join: "JOIN folders f ON f.id = t.folder_id",
};

/// Versions are bound to the secret they are of, so that they can be put back as they are.
const VERSION: ValueSource =
    ValueSource { table: "secret_versions", id: "t.secret_id", owner_id: "t.project_id", join: "", ..SECRET };

const WEBHOOK: ValueSource = ValueSource {
    table: "webhooks",
    column: "url_ciphertext",
    owner: "project",
    bound_table: "webhooks",
    field: "url",
    id: "t.id",
    version: "CAST(1 AS BIGINT)",
    owner_id: "t.project_id",
    join: "",
};

/// All places of encrypted values.
pub const VALUE_SOURCES: [ValueSource; 12] = [
    SECRET,
    ValueSource { column: "comment_ciphertext", field: "comment", ..SECRET },
    ValueSource { column: "metadata_ciphertext", field: "metadata", ..SECRET },
    VERSION,
    ValueSource { column: "comment_ciphertext", field: "comment", ..VERSION },
    ValueSource { column: "metadata_ciphertext", field: "metadata", ..VERSION },
    WEBHOOK,
    ValueSource { column: "secret_key_ciphertext", field: "secret_key", ..WEBHOOK },
    ValueSource {
        table: "auth_method_settings",
        column: "settings_ciphertext",
        owner: "organization",
        bound_table: "auth_method_settings",
        field: "settings",
        id: "t.auth_method_id",
        version: "CAST(1 AS BIGINT)",
        owner_id: "i.organization_id",
        join: "JOIN auth_methods m ON m.id = t.auth_method_id JOIN identities i ON i.id = m.identity_id",
    },
    ValueSource {
        table: "audit_streams",
        column: "target_ciphertext",
        owner: "organization",
        bound_table: "audit_streams",
        field: "target",
        id: "t.id",
        version: "CAST(1 AS BIGINT)",
        owner_id: "t.organization_id",
        join: "",
    },
    ValueSource {
        table: "user_totp",
        column: "secret_ciphertext",
        owner: "user",
        bound_table: "user_totp",
        field: "secret",
        id: "t.user_id",
        version: "CAST(1 AS BIGINT)",
        owner_id: "t.user_id",
        join: "",
    },
    ValueSource {
        table: "mails",
        column: "text_ciphertext",
        owner: "mail",
        bound_table: "mails",
        field: "text",
        id: "t.id",
        version: "CAST(1 AS BIGINT)",
        owner_id: "t.id",
        join: "",
    },
];

row! {
    /// A ciphertext.
    pub struct CiphertextRow {
        /// The id of the row that it is bound to.
        pub row_id: String,
        /// The version that it is bound to.
        pub version: i64,
        /// The id of whose key it is under.
        pub owner_id: String,
        /// None where the column is empty.
        pub ciphertext: Option<Vec<u8>>,
    }
}

/// The encrypted values of a column, a page at a time: those behind this id and version.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn values(
    db: &mut Connection,
    source: &ValueSource,
    after: (&str, i64),
) -> Result<Vec<CiphertextRow>> {
    let ValueSource { table, column, id, version, owner_id, join, .. } = source;
    let sql = format!(
        "SELECT {id} AS row_id, {version} AS version, {owner_id} AS owner_id, t.{column} AS ciphertext
           FROM {table} t {join}
          WHERE ({id}, {version}) > ($1, $2) ORDER BY {id}, {version} LIMIT {PAGE_ROWS}"
    );
    db.fetch_all(&sql, params![after.0, after.1]).await
}
