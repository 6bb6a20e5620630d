//! The cells of the table: what is said of each secret.

use std::collections::{BTreeMap, HashMap, HashSet};

use tacit_core::{cipher::DataKey, id::TagId, name::SecretPath, permission::Action};
use tacit_store::{Connection, secret_tags, secrets, secrets::SecretRow};

use super::{CellChange, Column, MATRIX_KEYS_MAX, Positions};
use crate::app::{
    App, Caller,
    access::ProjectAccess,
    error::{Error, Result},
    secrets::{
        content::{Plaintext, decrypt_value},
        decide::Judged,
        location::Place,
        state::{Tag, by_secret},
    },
};

/// What a secret's encrypted metadata hold if there are none: an empty list.
const EMPTY_LIST_LENGTH: usize = "[]".len();

/// A secret in the table.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its version.
    pub version: i64,
    /// The [`Flag`]s that hold, added up.
    pub flags: u32,
    /// The position of its change.
    pub change: usize,
    /// The first column to the left with an equal value that the caller may read.
    pub same_as: Option<usize>,
    /// The positions of its tags.
    pub tags: Vec<usize>,
}

/// What is said of a cell. The numbers are powers of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Flag {
    /// The value is empty.
    Empty = 1,
    /// The value refers to another secret.
    Reference = 2,
    /// The value has several lines.
    SeveralLines = 4,
    /// It has a comment.
    Comment = 8,
    /// The caller has a personal value in its place.
    Override = 16,
    /// The caller may not read the value.
    Unreadable = 32,
    /// The caller may not change it.
    Uneditable = 64,
    /// The caller may not delete it.
    Undeletable = 128,
    /// It has metadata.
    Metadata = 256,
    /// It has a reminder.
    Reminder = 512,
    /// Clients are told to leave line feeds in the value alone.
    SkipsMultilineEncoding = 1024,
    /// What is stored of its value does not decrypt.
    Damaged = 2048,
}

pub(super) type Rows = BTreeMap<String, Vec<Option<Cell>>>;

/// All cells of the table, and the changes they name.
pub(super) async fn read(
    app: &App,
    db: &mut Connection,
    access: &ProjectAccess,
    columns: &[Column],
    reader: Reader<'_>,
) -> Result<(Rows, Vec<CellChange>)> {
    let key = access.sealed_key(app)?;
    let mut table = Table {
        key: &key,
        tags: reader.tags.iter().enumerate().map(|(position, tag)| (&tag.id, position)).collect(),
        rows: Rows::new(),
        hashes: HashMap::new(),
        changes: Positions::default(),
        width: columns.len(),
    };
    for (position, column) in columns.iter().enumerate() {
        let Some(place) = column.place(access, reader.path) else { continue };
        let rows = secrets::list(db, &place.folder_id).await?;
        let mut tags = by_secret(secret_tags::of_folder(db, &place.folder_id).await?);
        let overrides = overrides(db, reader.caller, &place).await?;
        for row in rows {
            let tags = tags.remove(&row.id).unwrap_or_default();
            let judged = Judged::new(access, &place, &row.name, &tags);
            let is_overridden = overrides.contains(&row.name);
            table.add(position, &row, &tags, &judged, is_overridden);
        }
        if table.rows.len() > MATRIX_KEYS_MAX {
            return Err(Error::Invalid(format!(
                "This folder has more than {MATRIX_KEYS_MAX} names: list one environment at a time"
            )));
        }
    }
    Ok((table.rows, table.changes.all))
}

/// The names of the secrets for which the caller has a value of their own.
async fn overrides(db: &mut Connection, caller: &Caller, place: &Place) -> Result<HashSet<String>> {
    let Some(user) = caller.user_id() else { return Ok(HashSet::new()) };
    let rows = secrets::names_of_owner(db, &place.folder_id, user).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// For whom the table is, and of what.
pub(super) struct Reader<'a> {
    pub(super) caller: &'a Caller,
    pub(super) path: &'a SecretPath,
    pub(super) tags: &'a [Tag],
}

fn value_flags(text: &str) -> u32 {
    flag(Flag::Empty, text.is_empty())
        | flag(Flag::Reference, text.contains("${"))
        | flag(Flag::SeveralLines, text.trim_end_matches('\n').contains('\n'))
}

struct Table<'a> {
    key: &'a DataKey,
    tags: HashMap<&'a TagId, usize>,
    rows: Rows,
    /// The hashes of the values that the caller may read, by name, with their columns.
    hashes: HashMap<String, Vec<(usize, Vec<u8>)>>,
    changes: Positions,
    width: usize,
}

impl Table<'_> {
    fn add(
        &mut self,
        column: usize,
        row: &SecretRow,
        tags: &[Tag],
        judged: &Judged<'_>,
        is_overridden: bool,
    ) {
        if !judged.allows(Action::DescribeSecret) {
            return;
        }
        let is_readable = judged.allows(Action::ReadValue);
        let mut flags = described(row)
            | flag(Flag::Override, is_overridden)
            | flag(Flag::Unreadable, !is_readable)
            | flag(Flag::Uneditable, !judged.allows(Action::Edit))
            | flag(Flag::Undeletable, !judged.allows(Action::Delete));
        let mut same_as = None;
        if is_readable {
            match decrypt_value(self.key, row) {
                Ok(value) => {
                    flags |= value_flags(value.as_str());
                    same_as = self.same_as(column, row, &value);
                }
                // The others are shown, and this one can be mended here.
                Err(_) => flags |= Flag::Damaged as u32,
            }
        }
        let change = self.changes.of(CellChange {
            at: row.updated_at,
            actor_type: row.actor_type.clone(),
            actor_id: row.actor_id.clone(),
            actor_name: row.actor_name.clone(),
        });
        let tags = tags.iter().filter_map(|tag| self.tags.get(&tag.id).copied()).collect();
        let cell = Cell { version: row.version, flags, change, same_as, tags };
        let width = self.width;
        self.rows.entry(row.name.clone()).or_insert_with(|| vec![None; width])[column] = Some(cell);
    }

    /// The first column of this row that had the same value.
    fn same_as(&mut self, column: usize, row: &SecretRow, value: &Plaintext) -> Option<usize> {
        let is_present = row.value_ciphertext.key_number() == Some(self.key.number());
        let hash = match &row.value_hash {
            Some(hash) if is_present => hash.clone(),
            // Older than hashes, or than the key.
            _ => self.key.hash_value(value.as_str()).as_bytes().to_vec(),
        };
        let known = self.hashes.entry(row.name.clone()).or_default();
        let first = known.iter().find(|(_, other)| *other == hash).map(|(first, _)| *first);
        if first.is_none() {
            known.push((column, hash));
        }
        first
    }
}

/// The flags that say nothing of the value.
fn described(row: &SecretRow) -> u32 {
    let has_reminder = row.reminder_note.is_some() || row.reminder_repeat_days.is_some();
    flag(Flag::Comment, row.comment_ciphertext.text_length() > 0)
        | flag(Flag::Metadata, row.metadata_ciphertext.text_length() > EMPTY_LIST_LENGTH)
        | flag(Flag::Reminder, has_reminder)
        | flag(Flag::SkipsMultilineEncoding, row.skip_multiline_encoding)
}

const fn flag(flag: Flag, holds: bool) -> u32 {
    if holds { flag as u32 } else { 0 }
}
