//! Encrypting under another data key what is under the one before it.
//!
//! Which key a ciphertext is under says its number, bytes 2 to 5. So what is still to be done is asked of the rows
//! themselves, and work that was cut off goes on where it was.

use tacit_core::cipher::Ciphertext;

use crate::{
    Connection, FromRow, Row,
    ciphertexts::{COLUMNS_MAX, SEALED, SealedRow, SealedTable},
    data_keys::KeyOwner,
    error::Result,
    value::{Value, params},
};

/// Which row: an id, and a version where there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// Its id.
    pub id: String,
    /// Its version; 1 where there is one only.
    pub version: i64,
}

impl FromRow for RowName {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get("row_id")?, version: row.get("row_version")? })
    }
}

/// The tables with what is under the data key of such an owner, in the order in which they are encrypted anew.
pub fn tables_of(owner: &KeyOwner) -> impl Iterator<Item = &'static SealedTable> + use<> {
    let kind = owner.kind();
    SEALED.iter().filter(move |table| table.owner == kind)
}

impl SealedTable {
    /// The rows of an owner with a ciphertext under the key `$2`, without their `SELECT`.
    fn of_key(&self) -> String {
        let Self { name, owner_id, join, columns, .. } = self;
        let under_key: Vec<String> =
            columns.iter().map(|(column, _)| format!("substr(t.{column}, 2, 4) = $2")).collect();
        format!("FROM {name} t {join} WHERE {owner_id} = $1 AND ({})", under_key.join(" OR "))
    }

    /// Rows that are under the owner's key with this number, in no order, at most `limit`.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn left(
        &self,
        db: &mut Connection,
        owner: &KeyOwner,
        number: u32,
        limit: i64,
    ) -> Result<Vec<RowName>> {
        let (id, version, of_key) = (self.id, self.version_of_row(), self.of_key());
        let sql = format!("SELECT t.{id} AS row_id, {version} AS row_version {of_key} LIMIT $3");
        db.fetch_all(&sql, params![owner.id(), number.to_be_bytes().as_slice(), limit]).await
    }

    /// How many rows are under the owner's key with this number.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn count_left(&self, db: &mut Connection, owner: &KeyOwner, number: u32) -> Result<i64> {
        let sql = format!("SELECT COUNT(*) AS number {}", self.of_key());
        db.fetch_one(&sql, params![owner.id(), number.to_be_bytes().as_slice()]).await
    }

    /// What is encrypted of a row, if it is there and still has that version.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn find(&self, db: &mut Connection, name: &RowName) -> Result<Option<SealedRow>> {
        let (select, id, version) = (self.select(), self.id, self.version_of_row());
        let sql = format!("{select} WHERE t.{id} = $1 AND {version} = $2");
        db.fetch_optional(&sql, params![&name.id, name.version]).await
    }

    /// Puts the same content under another key in the place of what is there, if it is still that. Columns without a
    /// new ciphertext stay. Says whether something was replaced.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn replace(
        &self,
        db: &mut Connection,
        old: &SealedRow,
        new: &[Option<Ciphertext>; COLUMNS_MAX],
    ) -> Result<bool> {
        let mut parameters: Vec<Value<'_>> = vec![Value::from(&old.id), Value::from(old.version)];
        let (mut settings, mut conditions) = (Vec::new(), Vec::new());
        for (((column, _), before), after) in self.columns.iter().zip(&old.ciphertexts).zip(new) {
            let (Some(before), Some(after)) = (before, after) else { continue };
            parameters.extend([Value::from(after), Value::from(before)]);
            settings.push(format!("{column} = ${}", parameters.len() - 1));
            conditions.push(format!(" AND t.{column} = ${}", parameters.len()));
        }
        if settings.is_empty() {
            return Ok(false);
        }
        let (name, id, version) = (self.name, self.id, self.version_of_row());
        let sql = format!(
            "UPDATE {name} AS t SET {} WHERE t.{id} = $1 AND {version} = $2{}",
            settings.join(", "),
            conditions.concat()
        );
        Ok(db.execute(&sql, &parameters).await? > 0)
    }
}

/// Stores the hash by which the present value of a secret is found, under the same key as that.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn set_value_hash(db: &mut Connection, secret: &RowName, value_hash: &[u8]) -> Result<()> {
    db.execute(
        "UPDATE secrets SET value_hash = $3 WHERE id = $1 AND version = $2",
        params![&secret.id, secret.version, value_hash],
    )
    .await?;
    Ok(())
}
