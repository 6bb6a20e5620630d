use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::{keyring::RootKey, random::Random, time::Timestamp};

fn root() -> RootKey {
    RootKey::generate(&Random::seeded(7))
}

fn header(id: &str) -> Header {
    Header::new(id.to_owned(), Timestamp::from_millis(1_769_860_800_000), 31, "SQLite", "0.1.0")
}

fn columns() -> Vec<Column> {
    [ColumnKind::Text, ColumnKind::Integer, ColumnKind::Boolean, ColumnKind::Bytes]
        .into_iter()
        .map(|kind| Column { name: format!("{kind:?}").to_lowercase(), kind })
        .collect()
}

fn row() -> impl Strategy<Value = Vec<Cell>> {
    let null = |cell: BoxedStrategy<Cell>| prop_oneof![1 => Just(Cell::Null), 4 => cell];
    (
        null(any::<String>().prop_map(Cell::Text).boxed()),
        null(any::<i64>().prop_map(Cell::Integer).boxed()),
        null(any::<bool>().prop_map(Cell::Boolean).boxed()),
        null(vec(any::<u8>(), 0..40_000).prop_map(Cell::Bytes).boxed()),
    )
        .prop_map(|(text, integer, boolean, bytes)| vec![text, integer, boolean, bytes])
}

fn write(tables: &[Vec<Vec<Cell>>], id: &str, seed: u64) -> Vec<u8> {
    let random = Random::seeded(seed);
    let mut encoder = Encoder::new(header(id), &root(), &random);
    let mut bytes = Vec::new();
    for (number, rows) in tables.iter().enumerate() {
        encoder.table(&format!("table_{number}"), &columns());
        for row in rows {
            encoder.row(row.clone());
        }
        encoder.end_table();
        bytes.extend(encoder.take());
    }
    bytes.extend(encoder.finish());
    bytes
}

/// All records of a file that comes in pieces of `piece` bytes.
fn read(bytes: &[u8], piece: usize) -> Result<Vec<Record>, BackupError> {
    let root = root();
    let mut decoder = Decoder::new(&root);
    let mut records = Vec::new();
    for piece in bytes.chunks(piece) {
        decoder.push(piece)?;
        while let Some(record) = decoder.next_record()? {
            records.push(record);
        }
    }
    decoder.finish().map(|()| records)
}

fn rows_of(records: &[Record]) -> Vec<Vec<Vec<Cell>>> {
    let mut tables: Vec<Vec<Vec<Cell>>> = Vec::new();
    for record in records {
        match record {
            Record::Table { .. } => tables.push(Vec::new()),
            Record::Row(row) => tables.last_mut().unwrap().push(row.clone()),
            Record::TableEnd(_) | Record::End { .. } => {}
        }
    }
    tables
}

/// Where each frame begins, and where the last one ends.
fn frame_starts(bytes: &[u8]) -> Vec<usize> {
    let mut at = Header::read(bytes).unwrap().unwrap().length;
    let mut starts = vec![at];
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at + 1..at + 5].try_into().unwrap());
        at += FRAME_HEAD_BYTES + usize::try_from(length).unwrap();
        starts.push(at);
    }
    starts
}

/// A file of at least four frames.
fn large() -> Vec<u8> {
    let row = |n: u8| vec![Cell::Null, Cell::Integer(i64::from(n)), Cell::Null, Cell::Bytes(vec![n; 30_000])];
    write(&[(0..10).map(row).collect()], "one", 1)
}

#[test]
fn an_empty_store_is_a_backup_too() {
    let bytes = write(&[], "one", 1);

    assert_eq!(read(&bytes, 1).unwrap(), [Record::End { tables: 0, rows: 0 }]);
}

#[test]
fn the_header_says_which_key_opens_it_and_holds_none() {
    let bytes = write(&[], "one", 1);
    let header = Header::read(&bytes).unwrap().unwrap().header;

    assert_eq!(header.root_key_id, root().id());
    let other = RootKey::generate(&Random::seeded(8));
    let error = Decoder::new(&other).push(&bytes).unwrap_err();
    assert_eq!(error, BackupError::OtherKey { needed: root().id(), given: other.id() });
}

#[test]
fn what_is_no_backup_is_called_so() {
    assert_eq!(read(b"", 1), Err(BackupError::NotABackup));
    assert_eq!(read(b"SQLite format 3\0", 4), Err(BackupError::NotABackup));
    let mut newer = write(&[], "one", 1);
    newer[8] = 2;
    assert_eq!(read(&newer, 100), Err(BackupError::Format(2)));
}

#[test]
fn a_file_that_was_cut_anywhere_is_incomplete() {
    let bytes = write(&[vec![vec![Cell::Text("a".into()), Cell::Null, Cell::Null, Cell::Null]]], "one", 1);
    for end in 1..bytes.len() {
        assert_eq!(read(&bytes[..end], 64 * 1024), Err(BackupError::Truncated), "{end}");
    }
    let bytes = large();
    for end in frame_starts(&bytes).into_iter().filter(|end| *end < bytes.len()) {
        assert_eq!(read(&bytes[..end], 64 * 1024), Err(BackupError::Truncated), "{end}");
    }
}

#[test]
fn frames_that_were_swapped_repeated_left_out_or_taken_from_elsewhere_are_refused() {
    let (bytes, starts) = (large(), frame_starts(&large()));
    let frame = |n: usize| bytes[starts[n]..starts[n + 1]].to_vec();
    let preamble = bytes[..starts[0]].to_vec();
    let last = starts.len() - 2;
    let all: Vec<Vec<u8>> = (0..=last).map(frame).collect();
    let with = |frames: Vec<Vec<u8>>| [preamble.clone(), frames.concat()].concat();
    assert!(read(&with(all.clone()), 1000).is_ok());

    let mut swapped = all.clone();
    swapped.swap(0, 1);
    let mut repeated = all.clone();
    repeated.insert(1, all[0].clone());
    let mut left_out = all.clone();
    left_out.remove(1);
    let mut ended = all[..2].to_vec();
    ended.push(all[last].clone());
    for (wrong, part) in [(swapped, 1), (repeated, 2), (left_out, 2), (ended, 3)] {
        assert_eq!(read(&with(wrong), 70_000), Err(BackupError::Frame(part)));
    }
    let mut followed = all.clone();
    followed.push(all[last].clone());
    assert_eq!(read(&with(followed), 70_000), Err(BackupError::Trailing));

    // Another backup of the same store under the same root key.
    let other = write(&[], "two", 2);
    let foreign = [preamble, other[frame_starts(&other)[0]..].to_vec()].concat();
    assert_eq!(read(&foreign, 70_000), Err(BackupError::Frame(1)));
}

#[test]
fn a_frame_that_calls_itself_the_last_is_refused() {
    let (mut bytes, starts) = (large(), frame_starts(&large()));
    bytes[starts[1]] = 1;

    assert_eq!(read(&bytes, 1000), Err(BackupError::Frame(2)));
}

#[test]
fn a_length_that_no_writer_makes_is_refused_before_it_is_read() {
    let (mut bytes, starts) = (large(), frame_starts(&large()));
    bytes[starts[0] + 1] = 0xff;

    assert_eq!(read(&bytes[..starts[0] + 5], 1000), Err(BackupError::Frame(1)));
}

#[test]
fn the_digest_counts_every_row_once_and_in_any_order() {
    let rows = [vec![Cell::Integer(1)], vec![Cell::Integer(2)], vec![Cell::Text("1".into())]];
    let digest = |order: &[usize]| {
        let mut digest = Digest::default();
        for number in order {
            digest.add(&rows[*number], &mut Vec::new());
        }
        digest
    };

    assert_eq!(digest(&[0, 1, 2]), digest(&[2, 0, 1]));
    for other in [&[0, 1][..], &[0, 1, 1], &[0, 0, 1, 1, 2], &[]] {
        assert_ne!(digest(&[0, 1, 2]), digest(other), "{other:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_written_is_read_in_pieces_of_any_size(
        tables in vec(vec(row(), 0..6), 0..4), piece in 1_usize..100_000,
    ) {
        let records = read(&write(&tables, "one", 1), piece.max(97)).unwrap();

        prop_assert_eq!(rows_of(&records), tables);
    }

    #[test]
    fn a_changed_bit_is_found(
        tables in vec(vec(row(), 0..3), 0..3), at: Index, bit in 0_u8..8,
    ) {
        let mut bytes = write(&tables, "one", 1);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;

        prop_assert!(read(&bytes, 64 * 1024).is_err());
    }

    #[test]
    fn a_cut_is_found(tables in vec(vec(row(), 0..3), 0..3), at: Index) {
        let bytes = write(&tables, "one", 1);
        let at = at.index(bytes.len());

        let expected = if at == 0 { BackupError::NotABackup } else { BackupError::Truncated };
        prop_assert_eq!(read(&bytes[..at], 64 * 1024), Err(expected));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(mut bytes in vec(any::<u8>(), 0..300), as_backup: bool) {
        if as_backup {
            let start = write(&[], "one", 1);
            bytes = [&start[..frame_starts(&start)[0]], &bytes].concat();
        }
        prop_assert!(read(&bytes, 50).is_err());
    }

    #[test]
    fn any_records_are_read_or_refused_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(Some(end)) = Record::end(&bytes) {
            let _ = Record::decode(&bytes[..end], &columns());
        }
        for kind in 1..=4 {
            let mut whole = vec![kind];
            whole.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            whole.extend_from_slice(&bytes);
            let _ = Record::decode(&whole, &columns());
        }
    }
}
