//! Every key that is stored wrapped by the root key, wherever it is: what another root key has to wrap anew.

use tacit_core::cipher::Ciphertext;

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// A column that holds keys wrapped by the root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappedColumn {
    /// The table.
    pub table: &'static str,
    /// The column of its primary key.
    pub id: &'static str,
    /// The column that holds the wrapped key.
    pub column: &'static str,
    /// The owner of a key is this, a colon and the id of its row.
    pub owner: &'static str,
}

/// All of them. A table with wrapped keys that is not here would be lost with the next rotation of the root
/// key; a test looks through the schema for columns called `…key_ciphertext`.
pub const WRAPPED: [WrappedColumn; 8] = [
    column("audit_signing_keys", "id", "private_key_ciphertext", "audit-signing"),
    column("instance_keys", "purpose", "key_ciphertext", "instance"),
    column("mails", "id", "data_key_ciphertext", "mail"),
    column("organizations", "id", "data_key_ciphertext", "organization"),
    column("organizations", "id", "other_data_key_ciphertext", "organization"),
    column("projects", "id", "data_key_ciphertext", "project"),
    column("projects", "id", "other_data_key_ciphertext", "project"),
    column("user_totp", "user_id", "data_key_ciphertext", "user"),
];

/// Columns that are called like wrapped keys and hold none: ciphertexts under a data key.
pub const NOT_WRAPPED: [(&str, &str); 1] = [("webhooks", "secret_key_ciphertext")];

const fn column(
    table: &'static str,
    id: &'static str,
    column: &'static str,
    owner: &'static str,
) -> WrappedColumn {
    WrappedColumn { table, id, column, owner }
}

row! {
    /// A wrapped key.
    pub struct WrappedKeyRow {
        /// The id of its row.
        pub id: String,
        /// The key.
        pub wrapped: Ciphertext,
    }
}

impl WrappedColumn {
    /// Whose key it is, as the root key binds it.
    #[must_use]
    pub fn owner_of(&self, row: &WrappedKeyRow) -> String {
        format!("{}:{}", self.owner, row.id)
    }

    /// The keys in this column, the next `limit` after the one with the id `after`. Start with an empty one.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn list(&self, db: &mut Connection, after: &str, limit: i64) -> Result<Vec<WrappedKeyRow>> {
        let Self { table, id, column, .. } = self;
        let sql = format!(
            "SELECT {id} AS id, {column} AS wrapped FROM {table}
              WHERE {column} IS NOT NULL AND {id} > $1 ORDER BY {id} LIMIT $2"
        );
        db.fetch_all(&sql, params![after, limit]).await
    }

    /// Puts the same key, wrapped by another root key, in its place. Says whether it was still there.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn replace(
        &self,
        db: &mut Connection,
        row: &WrappedKeyRow,
        rewrapped: &Ciphertext,
    ) -> Result<bool> {
        let Self { table, id, column, .. } = self;
        let sql = format!("UPDATE {table} SET {column} = $3 WHERE {id} = $1 AND {column} = $2");
        Ok(db.execute(&sql, params![&row.id, &row.wrapped, rewrapped]).await? > 0)
    }
}
