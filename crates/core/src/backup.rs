//! The file of a backup: every row of a store, encrypted, in one stream.
//!
//! With lengths in bytes and integers in big endian:
//!
//! ```text
//! "TACITBAK" (8) || format (1) || header length (4) || header || frame || frame …
//! frame:  last (1: 0, or 1 for the last frame) || length (4) || ciphertext (length)
//! ```
//!
//! The format is 1. The header is JSON ([`Header`]) and in the clear: it says which root key opens the file.
//! The file has a data key of its own, wrapped by that root key for the owner `backup:<id>`. Each frame holds
//! up to 64 KiB of the stream, in the format of [`cipher`](crate::cipher), at the place
//!
//! ```text
//! table "backup", row id = SHA-256 of everything before the first frame, in hexadecimal,
//! field "chunk", or "last chunk" for the last frame, version = number of the frame, from 0
//! ```
//!
//! which is the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015): a file that was cut
//! off, and frames that were changed, moved, repeated, left out or taken from another file, do not decrypt.
//!
//! The stream is records ([`Record`]): for each table its columns, its rows, and how many they were with their
//! [`Digest`]; and at the end how many tables and rows there were in all.

mod decoder;
mod digest;
mod encoder;
mod header;
mod record;
mod row;

pub use decoder::Decoder;
pub use digest::Digest;
pub use encoder::Encoder;
pub use header::Header;
pub use record::Record;
pub use row::{Cell, Column, ColumnKind};

use crate::cipher::Place;

/// Longest part of the stream in one frame, in bytes.
const CHUNK_BYTES_MAX: usize = 64 * 1024;
/// What a frame's ciphertext is longer than what it holds, in bytes.
const CIPHER_BYTES: usize = 33;
/// Last flag and length.
const FRAME_HEAD_BYTES: usize = 5;
/// Longest record, in bytes: a row. Values end at 1 MiB, and no row has more than a few.
pub const RECORD_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a file is no backup that can be read. Says no content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// It begins with something else.
    #[error("this is not a backup of Tacit")]
    NotABackup,
    /// A newer release wrote it.
    #[error("the backup has format {0}, and this release reads format 1 only: use a newer release")]
    Format(u8),
    /// The header cannot be understood.
    #[error("the header of the backup is damaged")]
    Header,
    /// Another root key belongs to it.
    #[error("the backup needs the root key with the id {needed}, and the one given has the id {given}")]
    OtherKey {
        /// The id of the right one.
        needed: String,
        /// The id of the one that was given.
        given: String,
    },
    /// It ends before its last frame does.
    #[error("the backup is incomplete: it ends too early")]
    Truncated,
    /// A frame does not decrypt where it stands.
    #[error("the backup is damaged: part {0} was changed, moved, or belongs to another backup")]
    Frame(u64),
    /// There are bytes after the last frame.
    #[error("the backup is damaged: something follows its end")]
    Trailing,
    /// It decrypts, but is not what a writer makes: a defect.
    #[error("the backup cannot be understood: {0}")]
    Content(String),
}

/// Where a frame decrypts.
fn place(preamble_hash: &str, number: u64, is_last: bool) -> Place<'_> {
    Place {
        table: "backup",
        row_id: preamble_hash,
        field: if is_last { "last chunk" } else { "chunk" },
        version: i64::try_from(number).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests;
