//! The one place that writes for people. A reader that has gone away (`| head`) is no error.

use std::{
    env,
    io::{self, IsTerminal, Write},
};

/// Writes a line to standard output.
pub(super) fn line(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Writes a line to standard error.
pub(super) fn error_line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Asks on standard error, without a line end, so that standard output holds results only.
pub(super) fn prompt(question: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{question}: ");
    let _ = stderr.flush();
}

/// Whether a person reads standard output.
pub(super) fn is_read_by_a_person() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// `text` in green where colour is wanted (<https://no-color.org>).
pub(super) fn green(text: &str) -> String {
    painted(text, "32")
}

/// `text` in bold where colour is wanted.
pub(super) fn bold(text: &str) -> String {
    painted(text, "1")
}

fn painted(text: &str, code: &str) -> String {
    if is_read_by_a_person() && is_colour_wanted() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Whether `NO_COLOR` is unset or empty.
pub(super) fn is_colour_wanted() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
