//! The rules of Tacit, without any I/O: names, permissions, encryption, tokens.
//!
//! Nothing here opens a file or a socket, reads a clock or the environment, or knows HTTP or
//! SQL. Time and randomness are arguments. An auditor can read this crate alone.

pub mod audit_chain;
pub mod backup;
pub mod base64url;
pub mod certificate;
pub mod cipher;
pub mod egress;
pub mod external_jwt;
mod hex;
pub mod id;
pub mod keyring;
pub mod ldap;
pub mod name;
pub mod passkey;
pub mod password;
pub mod permission;
pub mod random;
pub mod reference;
pub mod sigv4;
pub mod term_filter;
pub mod time;
pub mod token;
pub mod totp;
pub mod trusted_ip;
pub mod webhook;
