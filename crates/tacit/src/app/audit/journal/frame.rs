//! One event as one line: `checksum space JSON newline`.
//!
//! The checksum is the CRC-32 of the JSON in eight hexadecimal digits. JSON text has no newline, so
//! a line that was cut off or damaged costs no other: it is recognised and skipped. Lines also let
//! an operator read a journal with ordinary tools.

use std::io::Write as _;

use super::super::Event;

/// Length of the checksum, in digits.
const CHECKSUM_LENGTH: usize = 8;
/// Room for most lines, in bytes.
const LINE_BYTES_USUAL: usize = 1024;

/// The line of an event, with its newline.
///
/// # Errors
///
/// Never in practice: an event is text, numbers and a JSON object.
pub(in super::super) fn encode(event: &Event) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(LINE_BYTES_USUAL);
    line.resize(CHECKSUM_LENGTH, b'0');
    line.push(b' ');
    serde_json::to_writer(&mut line, event)?;
    let checksum = crc32fast::hash(&line[CHECKSUM_LENGTH + 1..]);
    write!(&mut line[..CHECKSUM_LENGTH], "{checksum:08x}")?;
    line.push(b'\n');
    Ok(line)
}

/// The events of a journal file, in order, and how many lines were damaged or cut off.
pub(super) fn decode_all(bytes: &[u8]) -> (Vec<Event>, usize) {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let decoded: Vec<Option<Event>> = lines.map(decode).collect();
    let count = decoded.len();
    let events: Vec<Event> = decoded.into_iter().flatten().collect();
    let damaged = count - events.len();
    (events, damaged)
}

fn decode(line: &[u8]) -> Option<Event> {
    let (checksum, rest) = line.split_at_checked(CHECKSUM_LENGTH)?;
    let json = rest.strip_prefix(b" ")?.strip_suffix(b"\n")?;
    let checksum = u32::from_str_radix(str::from_utf8(checksum).ok()?, 16).ok()?;
    if checksum != crc32fast::hash(json) {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = (any::<String>(), any::<String>(), any::<Option<String>>(), any::<i64>());
        prop::collection::vec(event.prop_map(event_of), 0..6)
    }

    fn event_of((id, fact, actor_name, created_at_ms): (String, String, Option<String>, i64)) -> Event {
        Event {
            id,
            organization_id: None,
            project_id: None,
            kind: "get-secret".to_owned(),
            is_denied: false,
            actor_type: "user".to_owned(),
            actor_id: None,
            actor_name,
            metadata: Map::from_iter([("secretKey".to_owned(), fact.into())]).into(),
            ip: "127.0.0.1".to_owned(),
            user_agent: "".into(),
            created_at_ms,
        }
    }

    fn journal_of(events: &[Event]) -> Vec<u8> {
        events.iter().flat_map(|event| encode(event).unwrap()).collect()
    }

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn a_journal_cut_anywhere_gives_exactly_the_events_that_are_whole(
            events in events(),
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes = journal_of(&events);
            let cut = cut.index(bytes.len() + 1);

            let (found, damaged) = decode_all(&bytes[..cut]);

            let whole = bytes[..cut].split(|byte| *byte == b'\n').count() - 1;
            prop_assert_eq!(&found, &events[..whole]);
            prop_assert_eq!(damaged == 0, cut == journal_of(&events[..whole]).len());
        }

        #[test]
        fn a_damaged_byte_costs_at_most_two_events_and_makes_none_up(
            events in events(),
            position in any::<prop::sample::Index>(),
            damage in 1_u8..,
        ) {
            prop_assume!(!events.is_empty());
            let mut bytes = journal_of(&events);
            let position = position.index(bytes.len());
            bytes[position] ^= damage;

            let (found, _) = decode_all(&bytes);

            prop_assert!(found.len() + 2 >= events.len());
            prop_assert!(found.iter().all(|event| events.contains(event)));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = decode_all(&bytes);
        }
    }
}
