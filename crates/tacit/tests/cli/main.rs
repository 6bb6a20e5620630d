//! The built binary, as an operator runs it: settings, files, signals, exit codes.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod audit;
mod backup;
mod backup_faults;
mod backup_schedule;
#[path = "../shared/canary.rs"]
mod canary;
mod client;
mod crash;
mod events;
mod harness;
mod hostile;
mod hostile_http2;
mod hostile_memory;
mod hostile_socket;
mod key_file;
mod key_nodes;
#[cfg(feature = "pkcs11")]
mod key_pkcs11;
#[cfg(not(feature = "pkcs11"))]
mod key_pkcs11_absent;
mod key_rotation;
mod key_services;
mod leaks;
mod migrate_store;
mod postgres;
mod reset_password;
mod root_key;
mod settings;
mod start;
mod stop;
mod tls;
