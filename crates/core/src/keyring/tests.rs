use proptest::prelude::*;

use super::{
    instance::{InstanceKeys, InstancePurpose},
    *,
};

/// The bytes 00 01 .. 1f.
const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn root_key() -> RootKey {
    RootKey::parse(HEX).unwrap()
}

#[test]
fn derived_values_are_those_of_another_implementation() {
    let key = root_key();

    assert_eq!(key.id(), "d7255c8717e5efb9");
    assert_eq!(
        *hex::encode(&key.check_value()),
        "a5e994544dd04866454df4c391aac4d2695100ded5f066117a04bdf83b2d40a0"
    );
    let derived = InstanceKeys::from::<DecryptError>(|purpose| Ok(key.derived_key(purpose))).unwrap();
    assert_eq!(
        *hex::encode(&derived.hashes.hash(b"secret")),
        "d413a9c3febc47757cb873f960150a3aebe30a7ff4bfbef045c7e7aa2729b708"
    );
}

#[test]
fn a_key_is_read_from_hexadecimal_or_base64_with_white_space_around() {
    let spellings = [
        HEX.to_owned(),
        format!("  {}\n", HEX.to_uppercase()),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n".to_owned(),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned(),
    ];
    for text in spellings {
        assert_eq!(*RootKey::parse(&text).unwrap().to_text(), HEX, "{text}");
    }
    let ones = RootKey::parse("//////////////////////////////////////////8=").unwrap();
    assert_eq!(*ones.to_text(), "ff".repeat(32));
    assert_eq!(*RootKey::parse(&format!("{}8", "_".repeat(42))).unwrap().to_text(), "ff".repeat(32));
}

#[test]
fn anything_else_is_refused_without_quoting_it() {
    let almost = [
        "",
        "hunter2",
        &HEX[1..],
        &format!("{HEX}0"),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", // two bits too many
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8==",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", // 31 bytes
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh!8",
    ];
    for text in almost {
        let error = RootKey::parse(text).unwrap_err();
        assert!(text.is_empty() || !error.to_string().contains(text));
    }
}

#[test]
fn the_check_value_tells_the_right_key_from_another() {
    let other = RootKey::generate(&Random::seeded(1));

    assert!(root_key().matches(&root_key().check_value()));
    assert!(!root_key().matches(&other.check_value()));
    assert!(!root_key().matches(&[]));
    assert_ne!(root_key().id(), other.id());
}

#[test]
fn each_purpose_has_its_own_key() {
    let key = root_key();
    let mut derived: Vec<_> =
        InstancePurpose::ALL.iter().map(|purpose| *key.derived_key(*purpose).as_bytes()).collect();
    derived.extend([WRAP, CHECK, ID, b"tacit 1 recovery"].map(|label| *key.derive(label)));
    derived.sort_unstable();
    derived.dedup();

    assert_eq!(derived.len(), 8);
}

#[test]
fn a_key_of_the_instance_opens_for_its_purpose_and_after_a_rotation_under_the_next_root_key() {
    let random = Random::seeded(1);
    let (next, bytes) = (RootKey::generate(&random), KeyBytes::generate(&random));
    let wrapped = root_key().wrap_instance_key(InstancePurpose::Hash, &bytes, &random);

    assert!(root_key().unwrap_instance_key(InstancePurpose::Token, &wrapped).is_err());
    let rewrapped = root_key().rewrap(&next, "instance:hash", &wrapped, &random).unwrap();

    assert!(root_key().unwrap_instance_key(InstancePurpose::Hash, &rewrapped).is_err());
    let opened = next.unwrap_instance_key(InstancePurpose::Hash, &rewrapped).unwrap();
    assert_eq!(opened.as_bytes(), bytes.as_bytes());
    assert!(next.rewrap(&root_key(), "instance:hash", &wrapped, &random).is_err());
}

#[test]
fn a_wrapped_key_opens_for_its_owner_and_root_key_only() {
    let random = Random::seeded(1);
    let bytes = KeyBytes::generate(&random);
    let wrapped = root_key().wrap("project:a", &bytes, 2, &random);

    assert_eq!(root_key().unwrap("project:a", &wrapped).unwrap().number(), 2);
    assert!(root_key().unwrap("project:b", &wrapped).is_err());
    assert!(RootKey::generate(&random).unwrap("project:a", &wrapped).is_err());
    assert!(root_key().unwrap("project:a", &Ciphertext(Vec::new())).is_err());
}

#[test]
fn a_wrapped_key_with_another_number_does_not_open() {
    let random = Random::seeded(1);
    let mut wrapped = root_key().wrap("project:a", &KeyBytes::generate(&random), 2, &random);
    wrapped.0[4] = 1;

    assert!(root_key().unwrap("project:a", &wrapped).is_err());
}

#[test]
fn nothing_prints_a_key() {
    let key = root_key();
    let keys = InstanceKeys::generate(&Random::seeded(1));
    let recovery = recovery::RecoveryKey::generate(&Random::seeded(1));
    let printed = format!("{key:?} {:?} {:?} {recovery:?}", keys.tokens, keys.hashes);

    assert_eq!(printed, "RootKey(..) TokenKey(..) HashKey(..) RecoveryKey(..)");
}

proptest! {
    #[test]
    fn a_data_key_decrypts_the_same_values_after_wrapping_and_unwrapping(number: u32, value: Vec<u8>) {
        let random = Random::system();
        let place = Place { table: "t", row_id: "r", field: "f", version: 1 };
        let (key, bytes) = DataKey::generate(number, &random);
        let ciphertext = key.encrypt(&place, &value, &random);

        let wrapped = root_key().wrap("organization:o", &bytes, number, &random);
        let key = root_key().unwrap("organization:o", &wrapped).unwrap();

        prop_assert_eq!(key.number(), number);
        prop_assert_eq!(&*key.decrypt(&place, &ciphertext).unwrap(), &value);
    }

    #[test]
    fn any_key_reads_back_from_its_text(seed: u64) {
        let key = RootKey::generate(&Random::seeded(seed));

        prop_assert_eq!(RootKey::parse(&key.to_text()).unwrap().check_value(), key.check_value());
        prop_assert_eq!(RootKey::parse(&key.to_base64()).unwrap().check_value(), key.check_value());
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text: String) {
        let _ = RootKey::parse(&text);
    }
}
