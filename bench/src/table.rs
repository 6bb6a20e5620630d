//! Plain text tables with aligned columns, and how figures are written in them.

use std::fmt;

use crate::statistics::float;

/// Between two columns.
const GAP: &str = "  ";

/// A table: the first column is text, the others are figures.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With the names of its columns only.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(|name| (*name).to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The number of characters of the longest cell of each column.
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |column| self.rows.iter().filter_map(move |row| row.get(column));
        (0..columns).map(|column| cells(column).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "{cell:<width$}")?,
                    _ => write!(f, "{GAP}{cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A figure without decimals, digits in groups of three: `12,345`.
pub(crate) fn thousands(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A latency given in microseconds, in the unit that reads best.
pub(crate) fn latency(micros: f64) -> String {
    if micros < 1000.0 { format!("{micros:.0} µs") } else { format!("{:.2} ms", micros / 1000.0) }
}

/// Memory in megabytes of a million bytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", float(bytes) / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stands_left_and_figures_right() {
        let mut table = Table::new(&["scenario", "rate", "p50"]);
        table.row(vec!["get".to_owned(), "12,345".to_owned(), "9 µs".to_owned()]);
        table.row(vec!["list of many".to_owned(), "7".to_owned(), "12 µs".to_owned()]);

        let lines =
            ["scenario        rate    p50", "get           12,345   9 µs", "list of many       7  12 µs"];
        assert_eq!(table.to_string().lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        let written = [0.4, 7.0, 999.6, 12_345.0, 1_234_567.0].map(thousands);

        assert_eq!(written, ["0", "7", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn latencies_are_written_in_the_unit_that_reads_best() {
        assert_eq!([0.0, 312.4, 999.0, 1240.0].map(latency), ["0 µs", "312 µs", "999 µs", "1.24 ms"]);
    }

    #[test]
    fn a_megabyte_is_a_million_bytes() {
        assert_eq!(megabytes(40_000_000), "40.0 MB");
    }
}
