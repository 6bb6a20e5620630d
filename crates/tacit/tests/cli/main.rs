//! The built binary, as an operator runs it: settings, files, signals, exit codes.

mod client;
mod crash;
mod harness;
mod postgres;
mod root_key;
mod settings;
mod start;
mod stop;
mod tls;
