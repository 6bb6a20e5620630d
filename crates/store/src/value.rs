//! What goes into a statement and what comes out of a row, the same on both engines.

use bytes::BytesMut;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tacit_core::{cipher::Ciphertext, id, time::Timestamp};
use tokio_postgres::types::{IsNull, ToSql, Type};

use crate::{database::Cells, error::Result};

/// One bound parameter. Columns are TEXT, BIGINT, BOOLEAN or BYTEA, so there is no other kind.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// A TEXT column.
    Text(&'a str),
    /// A BIGINT column.
    Integer(i64),
    /// A BOOLEAN column.
    Boolean(bool),
    /// A BYTEA column.
    Bytes(&'a [u8]),
}

/// Builds the parameters of a statement: `params![id, name, now]` binds `$1`, `$2`, `$3`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use params;

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Integer(time.millis())
    }
}

impl<'a> From<&'a Ciphertext> for Value<'a> {
    fn from(ciphertext: &'a Ciphertext) -> Self {
        Self::Bytes(&ciphertext.0)
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Boolean(flag) => ValueRef::Integer(i64::from(flag)),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Boolean(flag) => flag.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::TEXT, Type::VARCHAR, Type::INT8, Type::BOOL, Type::BYTEA].contains(kind)
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads the column at `position`.
    ///
    /// # Errors
    ///
    /// Fails if there is no such column or it holds another type: a defect.
    fn read(cells: Cells<'_>, position: usize) -> Result<Self>;
}

macro_rules! plain_columns {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            fn read(cells: Cells<'_>, position: usize) -> Result<Self> {
                match cells {
                    Cells::Sqlite(row) => Ok(row.get(position)?),
                    Cells::Postgres(row) => Ok(row.try_get(position)?),
                }
            }
        }
    )*};
}

plain_columns!(String, Option<String>, i64, Option<i64>, bool, Option<bool>, Vec<u8>, Option<Vec<u8>>);

macro_rules! wrapped_columns {
    ($($kind:ty: $inner:ty, $wrap:expr;)*) => {$(
        impl Column for $kind {
            fn read(cells: Cells<'_>, position: usize) -> Result<Self> {
                <$inner>::read(cells, position).map($wrap)
            }
        }

        impl Column for Option<$kind> {
            fn read(cells: Cells<'_>, position: usize) -> Result<Self> {
                Ok(Option::<$inner>::read(cells, position)?.map($wrap))
            }
        }
    )*};
}

wrapped_columns! {
    Timestamp: i64, Timestamp::from_millis;
    Ciphertext: Vec<u8>, Ciphertext;
}

macro_rules! id_values {
    ($($id:ident),*) => {$(
        impl<'a> From<&'a id::$id> for Value<'a> {
            fn from(id: &'a id::$id) -> Self {
                Self::Text(id.as_str())
            }
        }

        wrapped_columns! { id::$id: String, id::$id::new; }
    )*};
}

id_values!(
    OrganizationId,
    UserId,
    SessionId,
    ChallengeId,
    PasskeyId,
    ProjectId,
    EnvironmentId,
    FolderId,
    SecretId,
    SecretImportId,
    TagId,
    CommitId,
    IdentityId,
    AuthMethodId,
    ClientSecretId,
    AccessTokenId,
    MembershipId,
    RoleId,
    GroupId,
    PrivilegeId,
    WebhookId,
    AuditStreamId,
    WebhookDeliveryId,
    MailId,
    PasswordResetId,
    ServiceTokenId,
    ApiKeyId,
    BackupId
);

/// The name of a column. One that is a keyword of Rust is a raw identifier in the struct: `r#type`.
#[inline]
pub(crate) fn column_name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Declares a row: a struct whose fields are read from the columns of the same names.
macro_rules! row {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row<'_>) -> Result<Self, $crate::StoreError> {
                Ok(Self { $($field: row.get($crate::value::column_name(stringify!($field)))?,)* })
            }
        }
    };
}
pub(crate) use row;
