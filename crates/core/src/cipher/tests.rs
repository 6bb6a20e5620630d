use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const PLACE: Place<'_> = Place { table: "secrets", row_id: "row", field: "value", version: 3 };

/// `hunter2` at [`PLACE`], key 00 01 .. 1f with number 7, made with Python's `cryptography`.
const KNOWN_CIPHERTEXT: [u8; 40] = [
    0x01, 0x00, 0x00, 0x00, 0x07, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
    0x20, 0x6e, 0xb0, 0x12, 0x1c, 0x9b, 0x64, 0xa1, 0xeb, 0x80, 0x08, 0x9a, 0xee, 0x58, 0x62, 0x46, 0x4f,
    0x1c, 0x8a, 0xd1, 0x63, 0x64, 0xbf,
];

fn key() -> DataKey {
    DataKey::generate(7, &Random::seeded(1)).0
}

fn encrypt(plaintext: &[u8]) -> Ciphertext {
    key().encrypt(&PLACE, plaintext, &Random::seeded(2))
}

#[test]
fn a_value_of_format_1_made_by_another_implementation_decrypts() {
    let mut bytes = Zeroizing::new([0; 32]);
    bytes.iter_mut().zip(0..).for_each(|(byte, value)| *byte = value);
    let key = DataKey::new(7, &KeyBytes::new(bytes));
    let ciphertext = Ciphertext(KNOWN_CIPHERTEXT.to_vec());

    assert_eq!(key.decrypt(&PLACE, &ciphertext).unwrap().as_slice(), b"hunter2");
}

#[test]
fn the_layout_is_the_documented_one() {
    let ciphertext = encrypt(b"hunter2");

    assert_eq!(ciphertext.0.len(), 33 + 7);
    assert_eq!(ciphertext.0[..5], [1, 0, 0, 0, 7]);
    assert_eq!(ciphertext.key_number(), Some(7));
    assert_eq!(Ciphertext(vec![1, 0, 0, 0]).key_number(), None);
}

#[test]
fn another_place_another_version_or_another_key_does_not_decrypt() {
    let ciphertext = encrypt(b"hunter2");
    let others = [
        Place { table: "secret_versions", ..PLACE },
        Place { row_id: "other", ..PLACE },
        Place { field: "comment", ..PLACE },
        Place { version: 2, ..PLACE },
    ];
    for place in others {
        assert_eq!(key().decrypt(&place, &ciphertext), Err(DecryptError), "{place:?}");
    }

    let (_, bytes) = DataKey::generate(7, &Random::seeded(1));
    let (other_key, _) = DataKey::generate(7, &Random::seeded(3));
    assert_eq!(DataKey::new(8, &bytes).decrypt(&PLACE, &ciphertext), Err(DecryptError));
    assert_eq!(other_key.decrypt(&PLACE, &ciphertext), Err(DecryptError));
}

#[test]
fn each_encryption_has_its_own_nonce() {
    let random = Random::system();
    let ciphertexts: HashSet<Vec<u8>> =
        (0..1000).map(|_| key().encrypt(&PLACE, b"", &random).0[5..17].to_vec()).collect();

    assert_eq!(ciphertexts.len(), 1000);
}

#[test]
fn text_that_is_not_utf_8_is_refused_as_damaged() {
    assert_eq!(key().decrypt_text(&PLACE, &encrypt(b"\xff")), Err(DecryptError));
    assert_eq!(key().decrypt_text(&PLACE, &encrypt("ö".as_bytes())).unwrap().as_str(), "ö");
}

#[test]
fn nothing_prints_a_key() {
    let (key, bytes) = DataKey::generate(7, &Random::seeded(1));

    assert_eq!(format!("{key:?} {bytes:?}"), "DataKey(..) KeyBytes(..)");
    assert_eq!(format!("{:?}", encrypt(b"")), "Ciphertext(33 bytes)");
}

proptest! {
    #[test]
    fn any_value_at_any_place_decrypts_to_itself(
        value: Vec<u8>, table: String, row_id: String, field: String, version: i64, number: u32,
    ) {
        let place = Place { table: &table, row_id: &row_id, field: &field, version };
        let (key, bytes) = DataKey::generate(number, &Random::system());
        let ciphertext = key.encrypt(&place, &value, &Random::system());

        prop_assert_eq!(&*DataKey::new(number, &bytes).decrypt(&place, &ciphertext).unwrap(), &value);
    }

    #[test]
    fn a_changed_or_missing_bit_does_not_decrypt(value: Vec<u8>, at: prop::sample::Index, bit in 0_u8..8) {
        let mut changed = encrypt(&value);
        let at = at.index(changed.0.len());
        changed.0[at] ^= 1_u8 << bit;
        let mut cut = encrypt(&value);
        cut.0.truncate(at);

        prop_assert_eq!(key().decrypt(&PLACE, &changed), Err(DecryptError));
        prop_assert_eq!(key().decrypt(&PLACE, &cut), Err(DecryptError));
    }

    #[test]
    fn two_places_never_share_their_associated_data(
        a in "[ab]{0,3}", b in "[ab]{0,3}", c in "[ab]{0,3}",
        d in "[ab]{0,3}", e in "[ab]{0,3}", f in "[ab]{0,3}",
    ) {
        let one = Place { table: &a, row_id: &b, field: &c, version: 1 };
        let two = Place { table: &d, row_id: &e, field: &f, version: 1 };

        prop_assert_eq!(one == two, key().associated_data(&one) == key().associated_data(&two));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
        prop_assert_eq!(key().decrypt(&PLACE, &Ciphertext(bytes)), Err(DecryptError));
    }
}

#[test]
fn equal_values_hash_alike_under_one_key_and_differently_under_another() {
    let random = Random::seeded(11);
    let (one, bytes) = DataKey::generate(1, &random);
    let (other, _) = DataKey::generate(1, &random);

    let hash = one.hash_value("BAR");
    assert!(hash.matches(DataKey::new(2, &bytes).hash_value("BAR").as_bytes()));
    for different in [one.hash_value("BAR ").as_bytes(), other.hash_value("BAR").as_bytes()] {
        assert!(!hash.matches(different));
    }
    assert!(!hash.matches(b""));
}

#[test]
fn references_hash_alike_only_if_every_part_is_the_same() {
    let random = Random::seeded(12);
    let (one, bytes) = DataKey::generate(1, &random);
    let (other, _) = DataKey::generate(1, &random);

    let hash = one.hash_reference(&["dev", "/", "A"]);
    assert_eq!(hash, DataKey::new(2, &bytes).hash_reference(&["dev", "/", "A"]));
    for parts in [&["dev", "/A"][..], &["dev/", "", "A"], &["dev", "/", "A", ""], &["dev/A"]] {
        assert_ne!(hash, one.hash_reference(parts), "{parts:?}");
    }
    assert_ne!(hash, other.hash_reference(&["dev", "/", "A"]));
    assert_ne!(&one.hash_reference(&[]), one.hash_value("").as_bytes());
}

#[test]
fn a_key_beside_another_decrypts_what_either_encrypted_and_encrypts_as_itself() {
    let random = Random::seeded(9);
    let place = Place { table: "secrets", row_id: "s", field: "value", version: 3 };
    let ((old, old_bytes), (new, new_bytes)) = (DataKey::generate(1, &random), DataKey::generate(2, &random));
    let (by_old, by_new) = (old.encrypt(&place, b"one", &random), new.encrypt(&place, b"two", &random));
    let both = DataKey::new(2, &new_bytes).beside(DataKey::new(1, &old_bytes));

    assert_eq!(&*both.decrypt(&place, &by_old).unwrap(), b"one");
    assert_eq!(&*both.decrypt(&place, &by_new).unwrap(), b"two");
    assert_eq!((both.number(), both.number_beside()), (2, Some(1)));
    let by_both = both.encrypt(&place, b"three", &random);
    assert_eq!(&*new.decrypt(&place, &by_both).unwrap(), b"three");
    assert!(old.decrypt(&place, &by_both).is_err());
    let mut renumbered = by_old;
    renumbered.0[4] = 2;
    assert!(both.decrypt(&place, &renumbered).is_err());
}
