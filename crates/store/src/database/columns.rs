//! Where the columns of a result are.

use std::cell::{Cell, RefCell};

use super::Cells;
use crate::error::{Result, StoreError};

/// The positions of the columns of one result, each looked for by name once and not once a row: looking
/// for all columns of all rows took half the time of a long list. Every row is read in the same order, so
/// what was found for the first row is found again for the next by counting.
#[derive(Debug, Default)]
pub(super) struct Columns {
    found: RefCell<Vec<(&'static str, usize)>>,
    next: Cell<usize>,
}

impl Columns {
    /// Begins to read another row.
    pub(super) fn begin_row(&self) {
        self.next.set(0);
    }

    /// The position of the column called `name`.
    pub(super) fn position(&self, name: &'static str, cells: Cells<'_>) -> Result<usize> {
        let turn = self.next.replace(self.next.get() + 1);
        if let Some((_, position)) = self.found.borrow().get(turn).filter(|(known, _)| *known == name) {
            return Ok(*position);
        }
        let position = look_for(name, cells)?;
        let mut found = self.found.borrow_mut();
        found.truncate(turn);
        found.push((name, position));
        Ok(position)
    }
}

fn look_for(name: &str, cells: Cells<'_>) -> Result<usize> {
    match cells {
        Cells::Sqlite(row) => Ok(row.as_ref().column_index(name)?),
        Cells::Postgres(row) => row
            .columns()
            .iter()
            .position(|column| column.name() == name)
            .ok_or_else(|| StoreError::Failure(format!("a row has no column '{name}'"))),
    }
}
