//! The tables of a store as its engine describes them, and their rows, for copying all of it: found in the
//! schema itself, so that no table and no column can be forgotten.

use std::pin::pin;

use rusqlite::types::ValueRef;
use tacit_core::backup::{Cell, Column, ColumnKind};
use tokio_postgres::{binary_copy::BinaryCopyInWriter, types::Type};

use super::{Cells, Connection, FromRow, Inner, Row, postgres, sqlite};
use crate::{
    error::{Result, StoreError},
    migrations,
    value::{Value, params},
};

/// Rows that are read at once.
const PAGE_ROWS: usize = 128;
/// Tables that say what the schema is, which the migrations fill.
const OF_THE_SCHEMA: [&str; 2] = ["schema_lock", "schema_migrations"];

/// A table that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, by name, which is the same order on both engines.
    pub columns: Vec<Column>,
    /// References to itself or to a table that is copied after it: their constraints, which are looked at when
    /// everything is there.
    forward: Vec<String>,
}

/// How far a table was read.
#[derive(Debug, Default)]
pub(crate) struct Position {
    last_row_id: i64,
    is_over: bool,
}

/// A column as an engine describes it.
struct DescribedColumn {
    name: String,
    kind: String,
}

impl FromRow for DescribedColumn {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { name: row.get("name")?, kind: row.get("kind")? })
    }
}

/// A foreign key as an engine describes it.
struct Reference {
    constraint: String,
    target: String,
}

impl FromRow for Reference {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { constraint: row.get("name")?, target: row.get("target")? })
    }
}

struct TableName(String);

impl FromRow for TableName {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get("name").map(Self)
    }
}

/// A row of whatever table.
struct AnyRow(Vec<Cell>);

impl FromRow for AnyRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let cells: Result<Vec<Cell>> = match row.cells {
            Cells::Sqlite(row) => {
                (0..row.as_ref().column_count()).map(|at| sqlite_cell(row.get_ref(at)?)).collect()
            }
            Cells::Postgres(row) => (0..row.len()).map(|at| postgres_cell(row, at)).collect(),
        };
        cells.map(Self)
    }
}

fn sqlite_cell(value: ValueRef<'_>) -> Result<Cell> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Text(text) => Cell::Text(
            str::from_utf8(text)
                .map_err(|_| StoreError::Failure("a text is not UTF-8".to_owned()))?
                .to_owned(),
        ),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(StoreError::Failure("a number is not whole".to_owned())),
    })
}

fn postgres_cell(row: &tokio_postgres::Row, at: usize) -> Result<Cell> {
    let kind = row.columns()[at].type_();
    let cell = if *kind == Type::TEXT {
        row.try_get::<_, Option<String>>(at)?.map(Cell::Text)
    } else if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(at)?.map(Cell::Integer)
    } else if *kind == Type::BOOL {
        row.try_get::<_, Option<bool>>(at)?.map(Cell::Boolean)
    } else if *kind == Type::BYTEA {
        row.try_get::<_, Option<Vec<u8>>>(at)?.map(Cell::Bytes)
    } else {
        return Err(StoreError::Failure(format!("a column is {kind}, of which there is none")));
    };
    Ok(cell.unwrap_or(Cell::Null))
}

impl<'a> From<&'a Cell> for Value<'a> {
    fn from(cell: &'a Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Text(text) => Self::Text(text),
            Cell::Integer(number) => Self::Integer(*number),
            Cell::Boolean(flag) => Self::Boolean(*flag),
            Cell::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl Connection {
    const fn is_postgres(&self) -> bool {
        matches!(self.inner, Inner::Postgres(_))
    }

    /// The names of the tables that are ours, with those of the schema itself.
    pub(crate) async fn table_names(&mut self) -> Result<Vec<String>> {
        let sql = if self.is_postgres() {
            "SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind = 'r' AND n.nspname = current_schema()"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        };
        let names: Vec<TableName> = self.fetch_all(sql, &[]).await?;
        let is_ours = |name: &String| OF_THE_SCHEMA.contains(&name.as_str()) || migrations::make(name);
        let mut names: Vec<String> = names.into_iter().map(|name| name.0).filter(is_ours).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The tables that are copied, each after those that its rows refer to.
    pub(crate) async fn tables(&mut self) -> Result<Vec<Table>> {
        let mut waiting = Vec::new();
        for name in self.table_names().await? {
            if !OF_THE_SCHEMA.contains(&name.as_str()) {
                let (columns, references) = (self.columns(&name).await?, self.references(&name).await?);
                waiting.push((Table { name, columns, forward: Vec::new() }, references));
            }
        }
        Ok(in_order(waiting))
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<Column>> {
        let sql = if self.is_postgres() {
            "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS kind
               FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
               JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relname::text = $1 AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped"
        } else {
            "SELECT name, type AS kind FROM pragma_table_info($1)"
        };
        let described: Vec<DescribedColumn> = self.fetch_all(sql, params![table]).await?;
        let mut columns = described.into_iter().map(column).collect::<Result<Vec<_>>>()?;
        columns.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(columns)
    }

    async fn references(&mut self, table: &str) -> Result<Vec<Reference>> {
        let sql = if self.is_postgres() {
            "SELECT k.conname::text AS name, t.relname::text AS target
               FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
               JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE k.contype = 'f' AND c.relname::text = $1 AND n.nspname = current_schema()"
        } else {
            "SELECT '' AS name, \"table\" AS target FROM pragma_foreign_key_list($1)"
        };
        self.fetch_all(sql, params![table]).await
    }

    /// Begins to read a table, in no particular order.
    pub(crate) async fn open_rows(&mut self, table: &Table) -> Result<Position> {
        if self.is_postgres() {
            let (cursor, sql) = (cursor(table), select(table));
            self.batch(&format!("DECLARE {cursor} NO SCROLL CURSOR FOR {sql}")).await?;
        }
        Ok(Position { last_row_id: i64::MIN, is_over: false })
    }

    /// The next rows; none at the end.
    pub(crate) async fn next_rows(
        &mut self,
        table: &Table,
        position: &mut Position,
    ) -> Result<Vec<Vec<Cell>>> {
        if position.is_over {
            return Ok(Vec::new());
        }
        let rows: Vec<AnyRow> = if self.is_postgres() {
            self.fetch_all(&format!("FETCH FORWARD {PAGE_ROWS} FROM {}", cursor(table)), &[]).await?
        } else {
            let sql = format!("{} WHERE rowid > $1 ORDER BY rowid LIMIT {PAGE_ROWS}", select_numbered(table));
            self.fetch_all(&sql, params![position.last_row_id]).await?
        };
        position.is_over = rows.len() < PAGE_ROWS;
        if self.is_postgres() {
            if position.is_over {
                self.batch(&format!("CLOSE {}", cursor(table))).await?;
            }
            return Ok(rows.into_iter().map(|row| row.0).collect());
        }
        rows.into_iter().map(|row| position.take_number(row, table)).collect()
    }

    /// Adds rows, whose cells are in the order of the table's columns.
    pub(crate) async fn insert_rows(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<()> {
        match &self.inner {
            Inner::Postgres(session) => session.copy_in(table, rows).await,
            Inner::SqliteRead(_) => Err(StoreError::Failure("a reader writes nothing".to_owned())),
            Inner::SqliteWrite(write) => {
                let places =
                    (1..=table.columns.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
                let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({places})", table.name, names(table));
                for row in rows {
                    sqlite::execute(write, &sql, &row.iter().map(Value::from).collect::<Vec<_>>())?;
                }
                Ok(())
            }
        }
    }

    /// Removes all rows of a table.
    pub(crate) async fn empty_table(&mut self, table: &Table) -> Result<()> {
        self.batch(&format!("DELETE FROM \"{}\"", table.name)).await
    }

    /// Removes a table.
    pub(crate) async fn drop_table(&mut self, name: &str) -> Result<()> {
        let cascade = if self.is_postgres() { " CASCADE" } else { "" };
        self.batch(&format!("DROP TABLE \"{name}\"{cascade}")).await
    }

    /// Lets references wait for what they refer to, until [`Self::settle_references`].
    pub(crate) async fn defer_references(&mut self, tables: &[Table]) -> Result<()> {
        if !self.is_postgres() {
            return self.batch("PRAGMA defer_foreign_keys = ON").await;
        }
        for (table, constraint) in forward(tables) {
            self.batch(&format!("ALTER TABLE \"{table}\" ALTER CONSTRAINT \"{constraint}\" DEFERRABLE"))
                .await?;
        }
        self.batch("SET CONSTRAINTS ALL DEFERRED").await
    }

    /// Looks at the references that waited. On SQLite the commit does.
    pub(crate) async fn settle_references(&mut self, tables: &[Table]) -> Result<()> {
        if !self.is_postgres() {
            return Ok(());
        }
        self.batch("SET CONSTRAINTS ALL IMMEDIATE").await?;
        for (table, constraint) in forward(tables) {
            self.batch(&format!("ALTER TABLE \"{table}\" ALTER CONSTRAINT \"{constraint}\" NOT DEFERRABLE"))
                .await?;
        }
        Ok(())
    }

    /// How many other connections with our name are open to the database: servers, as they keep some.
    pub(crate) async fn other_connections(&mut self) -> Result<i64> {
        if !self.is_postgres() {
            return Ok(0);
        }
        let sql = "SELECT COUNT(*) AS number FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                      AND application_name = current_setting('application_name')";
        self.fetch_one(sql, &[]).await
    }
}

impl Position {
    /// Takes the number off that SQLite counts rows by.
    fn take_number(&mut self, row: AnyRow, table: &Table) -> Result<Vec<Cell>> {
        let mut cells = row.0.into_iter();
        if let Some(Cell::Integer(number)) = cells.next() {
            self.last_row_id = number;
        }
        cells.zip(&table.columns).map(|(cell, column)| of_kind(cell, column)).collect()
    }
}

/// SQLite keeps truth values as numbers.
fn of_kind(cell: Cell, column: &Column) -> Result<Cell> {
    let cell = match (cell, column.kind) {
        (Cell::Integer(0), ColumnKind::Boolean) => Cell::Boolean(false),
        (Cell::Integer(1), ColumnKind::Boolean) => Cell::Boolean(true),
        (cell, _) => cell,
    };
    if cell.fits(column.kind) {
        return Ok(cell);
    }
    Err(StoreError::Failure(format!("a value in column '{}' is of another kind", column.name)))
}

impl postgres::Session {
    async fn copy_in(&self, table: &Table, rows: &[Vec<Cell>]) -> Result<()> {
        let kinds: Vec<Type> = table.columns.iter().map(|column| postgres_type(column.kind)).collect();
        let sql = format!("COPY \"{}\" ({}) FROM STDIN (FORMAT BINARY)", table.name, names(table));
        let sink = self.client()?.copy_in(&sql).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &kinds));
        for row in rows {
            let values: Vec<Value<'_>> = row.iter().map(Value::from).collect();
            writer.as_mut().write(&postgres::borrowed(&values)).await?;
        }
        writer.finish().await?;
        Ok(())
    }
}

const fn postgres_type(kind: ColumnKind) -> Type {
    match kind {
        ColumnKind::Text => Type::TEXT,
        ColumnKind::Integer => Type::INT8,
        ColumnKind::Boolean => Type::BOOL,
        ColumnKind::Bytes => Type::BYTEA,
    }
}

fn column(described: DescribedColumn) -> Result<Column> {
    let kind = match described.kind.to_ascii_lowercase().as_str() {
        "text" => ColumnKind::Text,
        "bigint" => ColumnKind::Integer,
        "boolean" => ColumnKind::Boolean,
        "bytea" => ColumnKind::Bytes,
        other => return Err(StoreError::Failure(format!("column '{}' is {other}", described.name))),
    };
    Ok(Column { name: described.name, kind })
}

/// Puts each table after those it refers to, as far as that is possible.
fn in_order(mut waiting: Vec<(Table, Vec<Reference>)>) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_free = |(table, references): &(Table, Vec<Reference>)| {
            references.iter().all(|reference| {
                reference.target == table.name || ordered.iter().any(|done| done.name == reference.target)
            })
        };
        // Tables that refer to each other in a circle have no order: the first by name goes first.
        let next = waiting.iter().position(is_free).unwrap_or(0);
        let (mut table, references) = waiting.remove(next);
        let comes_later = |reference: &Reference| !ordered.iter().any(|done| done.name == reference.target);
        table.forward = references.into_iter().filter(comes_later).map(|found| found.constraint).collect();
        ordered.push(table);
    }
    ordered
}

fn forward(tables: &[Table]) -> impl Iterator<Item = (&str, &str)> {
    tables
        .iter()
        .flat_map(|table| table.forward.iter().map(|constraint| (table.name.as_str(), constraint.as_str())))
}

fn names(table: &Table) -> String {
    table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}

fn select(table: &Table) -> String {
    format!("SELECT {} FROM \"{}\"", names(table), table.name)
}

fn select_numbered(table: &Table) -> String {
    format!("SELECT rowid, {} FROM \"{}\"", names(table), table.name)
}

fn cursor(table: &Table) -> String {
    format!("copy_{}", table.name)
}
