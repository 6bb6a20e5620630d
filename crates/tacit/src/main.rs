//! The `tacit` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    tacit::cli::run()
}
