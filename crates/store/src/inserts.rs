//! Statements that add many rows at once: on PostgreSQL each statement is a journey to the server.

use crate::{Connection, error::Result, value::Value};

/// Rows added by one statement at most: a power of two.
pub(crate) const ROWS_MAX: usize = 64;

/// The statements that add 64, 32, 16, 8, 4, 2 rows and one to a table: so few that each stays prepared.
pub(crate) struct Inserts {
    columns: usize,
    statements: Vec<(usize, String)>,
}

impl Inserts {
    /// For a table and some of its columns, of which there are `count`.
    pub(crate) fn new(table: &str, columns: &str, count: usize) -> Self {
        let statement = |power: u32| {
            let rows = 1_usize << power;
            let values: Vec<String> = (0..rows).map(|row| placeholders(row * count, count)).collect();
            (rows, format!("INSERT INTO {table} ({columns}) VALUES {}", values.join(", ")))
        };
        Self { columns: count, statements: (0..=ROWS_MAX.ilog2()).rev().map(statement).collect() }
    }

    /// Adds rows: all their values, one row after the other.
    pub(crate) async fn run(&self, db: &mut Connection, values: &[Value<'_>]) -> Result<()> {
        let mut rest = values;
        while let Some((rows, sql)) =
            self.statements.iter().find(|(rows, _)| rows * self.columns <= rest.len())
        {
            let (these, others) = rest.split_at(rows * self.columns);
            db.execute(sql, these).await?;
            rest = others;
        }
        Ok(())
    }
}

/// `($1, $2, …)`, counting on from `bound`.
fn placeholders(bound: usize, count: usize) -> String {
    let names: Vec<String> = (1..=count).map(|column| format!("${}", bound + column)).collect();
    format!("({})", names.join(", "))
}
