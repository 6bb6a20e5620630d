use proptest::prelude::*;

use self::authenticator::{
    Authenticator, BACKED_UP, ELIGIBLE, Key, PRESENT, VERIFIED, bytes, cose, head, number, text,
};
use super::*;
use crate::{base64url, keyring::instance::InstanceKeys, random::Random};

#[expect(unreachable_pub, reason = "the tests of the server use it too")]
mod authenticator;

const ORIGIN: &str = "https://tacit.example.com";
const ID: &str = "tacit.example.com";
const SESSION: ChallengeOf<'static> = ChallengeOf::Registration("session");

/// A site at a time.
struct Site {
    relying_party: RelyingParty,
    challenges: Challenges,
    random: Random,
    now: Timestamp,
}

impl Site {
    fn new() -> Self {
        let random = Random::seeded(1);
        Self {
            relying_party: RelyingParty::of_origin(ORIGIN).unwrap(),
            challenges: InstanceKeys::generate(&random).challenges,
            random,
            now: Timestamp::from_millis(1_700_000_000_000),
        }
    }

    fn expected<'a>(&'a self, purpose: ChallengeOf<'a>) -> Expected<'a> {
        Expected { relying_party: &self.relying_party, challenges: &self.challenges, purpose, now: self.now }
    }

    fn challenge(&self, purpose: ChallengeOf<'_>) -> String {
        base64url::encode(&self.challenges.issue(purpose, self.now, &self.random))
    }

    fn register(&self, authenticator: &Authenticator) -> Result<NewPasskey> {
        let created = authenticator.create(&self.challenge(SESSION));
        let attestation =
            Attestation { client_data: created.client_data, attestation_object: created.attestation_object };
        register(&self.expected(SESSION), &attestation)
    }

    fn assertion(&self, authenticator: &mut Authenticator) -> Assertion {
        let got = authenticator.get(&self.challenge(ChallengeOf::SignIn));
        Assertion {
            credential_id: authenticator.credential_id.clone(),
            client_data: got.client_data,
            authenticator_data: got.authenticator_data,
            signature: got.signature,
            user_handle: None,
        }
    }

    fn sign_in(&self, passkey: &NewPasskey, assertion: &Assertion) -> Result<Proved> {
        authenticate(&self.expected(ChallengeOf::SignIn), Verification::Required, known(passkey), assertion)
    }
}

fn known(passkey: &NewPasskey) -> Known<'_> {
    Known {
        public_key: &passkey.public_key,
        sign_count: passkey.sign_count,
        is_backup_eligible: passkey.is_backup_eligible,
    }
}

fn authenticator() -> Authenticator {
    Authenticator::new(Key::es256(), ORIGIN, ID)
}

#[test]
fn a_passkey_of_each_kind_registers_and_signs_in() {
    let site = Site::new();
    for key in [Key::es256(), Key::ed_dsa(), Key::rs256()] {
        let mut authenticator = Authenticator::new(key, ORIGIN, ID);
        authenticator.flags |= ELIGIBLE | BACKED_UP;
        let passkey = site.register(&authenticator).unwrap();
        assert_eq!(passkey.credential_id, authenticator.credential_id);
        assert!(passkey.is_backup_eligible && passkey.is_backed_up);
        assert_eq!(PublicKey::parse(passkey.public_key.as_bytes()).as_ref(), Ok(&passkey.public_key));
        let assertion = site.assertion(&mut authenticator);
        let proved = site.sign_in(&passkey, &assertion).unwrap();
        assert!(proved.is_backed_up && proved.sign_count == 0);
        assert_ne!(proved.nonce, passkey.nonce);
    }
}

#[test]
fn an_answer_from_elsewhere_does_not_count() {
    let site = Site::new();
    for origin in ["https://evil.example", "http://tacit.example.com", "https://tacit.example.com:8443", ""] {
        let authenticator = Authenticator::new(Key::es256(), origin, ID);
        assert_eq!(site.register(&authenticator), Err(PasskeyError::Origin), "{origin}");
    }
    let mut framed = authenticator();
    framed.more_client_data = r#","crossOrigin":true"#;
    assert_eq!(site.register(&framed), Err(PasskeyError::Origin));
    framed.more_client_data = r#","crossOrigin":false,"topOrigin":"https://evil.example""#;
    assert_eq!(site.register(&framed), Err(PasskeyError::Origin));
    framed.more_client_data = r#","crossOrigin":false,"other":[1]"#;
    assert!(site.register(&framed).is_ok());
    let other = Authenticator::new(Key::es256(), ORIGIN, "evil.example");
    assert_eq!(site.register(&other), Err(PasskeyError::RelyingParty));
}

#[test]
fn a_challenge_counts_for_its_purpose_and_its_time() {
    let mut site = Site::new();
    let authenticator = authenticator();
    let register = |site: &Site, purpose, challenge: &str| {
        let created = authenticator.create(challenge);
        let attestation =
            Attestation { client_data: created.client_data, attestation_object: created.attestation_object };
        register(&site.expected(purpose), &attestation)
    };
    let challenge = site.challenge(SESSION);
    assert!(register(&site, SESSION, &challenge).is_ok());
    for purpose in [
        ChallengeOf::Registration("other"),
        ChallengeOf::Registration(""),
        ChallengeOf::SecondFactor("session"),
        ChallengeOf::SignIn,
    ] {
        assert_eq!(register(&site, purpose, &challenge), Err(PasskeyError::Challenge));
    }
    for text in ["", "AAAA", "====", &challenge[1..], &base64url::encode(&[0; 56])] {
        assert_eq!(register(&site, SESSION, text), Err(PasskeyError::Challenge), "{text}");
    }
    let begin = site.now;
    site.now = begin.plus_seconds(CHALLENGE_TTL_SECONDS - 1);
    assert!(register(&site, SESSION, &challenge).is_ok());
    site.now = begin.plus_seconds(CHALLENGE_TTL_SECONDS);
    assert_eq!(register(&site, SESSION, &challenge), Err(PasskeyError::Challenge));
}

#[test]
fn the_answer_must_be_to_the_question() {
    let site = Site::new();
    let mut authenticator = authenticator();
    let passkey = site.register(&authenticator).unwrap();
    let mut assertion = site.assertion(&mut authenticator);
    let challenge = site.challenge(ChallengeOf::SignIn);
    assertion.client_data = authenticator.client_data("webauthn.create", &challenge);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::OtherType));
}

#[test]
fn somebody_must_be_there_and_be_known_where_it_matters() {
    let site = Site::new();
    let mut authenticator = authenticator();
    let passkey = site.register(&authenticator).unwrap();
    authenticator.flags = VERIFIED;
    assert_eq!(site.register(&authenticator), Err(PasskeyError::NotPresent));
    let assertion = site.assertion(&mut authenticator);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::NotPresent));
    authenticator.flags = PRESENT;
    let assertion = site.assertion(&mut authenticator);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::NotVerified));
    let expected = site.expected(ChallengeOf::SignIn);
    assert!(authenticate(&expected, Verification::Preferred, known(&passkey), &assertion).is_ok());
    authenticator.flags = PRESENT | VERIFIED | ELIGIBLE;
    let assertion = site.assertion(&mut authenticator);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::BackupEligibility));
    authenticator.flags = PRESENT | VERIFIED | BACKED_UP;
    assert_eq!(site.register(&authenticator), Err(PasskeyError::Malformed));
}

#[test]
fn the_counter_only_grows() {
    let site = Site::new();
    let mut authenticator = authenticator();
    authenticator.sign_count = 7;
    let mut passkey = site.register(&authenticator).unwrap();
    let assertion = site.assertion(&mut authenticator);
    passkey.sign_count = site.sign_in(&passkey, &assertion).unwrap().sign_count;
    assert_eq!(passkey.sign_count, 8);
    for count in [6, 1] {
        authenticator.sign_count = count;
        let assertion = site.assertion(&mut authenticator);
        assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::Counter), "{count}");
    }
    authenticator.sign_count = 0;
    let assertion = site.assertion(&mut authenticator);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::Counter));
    authenticator.sign_count = 7;
    let assertion = site.assertion(&mut authenticator);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::Counter));
}

#[test]
fn another_key_does_not_sign_in() {
    let site = Site::new();
    let (mut authenticator, other) = (authenticator(), authenticator());
    let passkey = site.register(&other).unwrap();
    let assertion = site.assertion(&mut authenticator);
    assert_eq!(site.sign_in(&passkey, &assertion), Err(PasskeyError::Signature));
}

#[test]
fn the_algorithm_is_that_of_the_key_and_one_that_was_asked_for() {
    let x = [1; 32];
    let (modulus, exponent) = (bytes(&[0xc1; 256]), bytes(&[1, 0, 1]));
    let es = |kind, algorithm, curve| {
        cose(&[
            (1, number(kind)),
            (3, number(algorithm)),
            (-1, number(curve)),
            (-2, bytes(&x)),
            (-3, bytes(&x)),
        ])
    };
    let rsa = |kind, algorithm| {
        cose(&[(1, number(kind)), (3, number(algorithm)), (-1, modulus.clone()), (-2, exponent.clone())])
    };
    assert!(PublicKey::parse(&es(2, -7, 1)).is_ok());
    assert!(PublicKey::parse(&rsa(3, -257)).is_ok());
    for (kind, algorithm, curve) in [
        (2, -257, 1),
        (2, -8, 1),
        (1, -7, 1),
        (2, -7, 2),
        (2, -7, 6),
        (3, -7, 1),
        (2, -35, 2),
        (2, 0, 1),
        (4, 5, 1),
    ] {
        let key = es(kind, algorithm, curve);
        assert_eq!(PublicKey::parse(&key), Err(PasskeyError::Algorithm), "{kind} {algorithm} {curve}");
    }
    for (kind, algorithm) in [(2, -257), (3, -7), (3, -37), (3, -65535), (1, -8)] {
        assert_eq!(PublicKey::parse(&rsa(kind, algorithm)), Err(PasskeyError::Algorithm));
    }
}

#[test]
fn keys_in_another_form_are_refused() {
    let point = |second: &[u8], third: &[u8]| {
        let fields =
            [(1, number(2)), (3, number(-7)), (-1, number(1)), (-2, bytes(second)), (-3, bytes(third))];
        fields.to_vec()
    };
    let right = point(&[1; 32], &[2; 32]);
    let mut twice = right.clone();
    twice[4] = (1, number(2));
    let mut more = right.clone();
    more.push((4, number(2)));
    let mut as_text = right.clone();
    as_text[3] = (-2, text("x"));
    let mut behind = cose(&right);
    behind.push(0);
    let small = cose(&[(1, number(3)), (3, number(-257)), (-1, bytes(&[0xc1; 128])), (-2, bytes(&[3]))]);
    let zero = cose(&[(1, number(3)), (3, number(-257)), (-1, bytes(&[0; 256])), (-2, bytes(&[3]))]);
    let endless = [vec![0xbf], cose(&right)[1..].to_vec(), vec![0xff]].concat();
    for key in [
        cose(&point(&[1; 31], &[2; 33])),
        cose(&point(&[1; 33], &[2; 33])),
        cose(&point(&[], &[])),
        cose(&twice),
        cose(&more),
        cose(&as_text),
        cose(&right[..4]),
        behind,
        small,
        zero,
        endless,
        head(5, 60000),
        vec![],
    ] {
        assert_eq!(PublicKey::parse(&key), Err(PasskeyError::Malformed), "{key:?}");
    }
}

#[test]
fn an_attestation_object_has_its_three_parts_and_no_more() {
    let data = bytes(&[0; 37]);
    let object = |parts: &[Vec<u8>]| [vec![head(5, parts.len() / 2)], parts.to_vec()].concat().concat();
    let (fmt, statement) = ([text("fmt"), text("none")], [text("attStmt"), head(5, 0)]);
    let right = [&fmt[..], &statement[..], &[text("authData"), data.clone()]].concat();
    assert_eq!(authenticator_data_of(&object(&right)), Ok(&[0; 37][..]));
    let deep = [vec![0x81; 8000], vec![0]].concat();
    for wrong in [
        object(&right[..4]),
        object(&[&right[..], &[text("more"), number(1)]].concat()),
        object(&[&fmt[..], &fmt[..], &[text("authData"), data.clone()]].concat()),
        object(&[&fmt[..], &statement[..], &[text("authData"), text("x")]].concat()),
        [object(&right), vec![0]].concat(),
        object(&[&fmt[..], &[text("attStmt"), deep.clone()], &[text("other"), data]].concat()),
        vec![0; ATTESTATION_BYTES_MAX + 1],
        deep,
        vec![],
    ] {
        assert_eq!(authenticator_data_of(&wrong), Err(PasskeyError::Malformed));
    }
}

#[test]
fn ids_have_their_limit() {
    let site = Site::new();
    let mut authenticator = authenticator();
    for (length, is_good) in [(1, true), (1023, true), (1024, false), (0, false)] {
        authenticator.credential_id = vec![7; length];
        assert_eq!(site.register(&authenticator).is_ok(), is_good, "{length}");
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..300), flags in any::<u8>()) {
        let _ = PublicKey::parse(&bytes);
        let _ = authenticator_data_of(&bytes);
        let _ = ClientData::parse(&bytes);
        let mut data = [vec![0; 32], vec![flags], bytes].concat();
        let _ = AuthenticatorData::parse(&data);
        data.truncate(40);
        let _ = AuthenticatorData::parse(&data);
    }

    #[test]
    fn a_changed_bit_anywhere_breaks_an_assertion(part in 0..3_usize, place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let site = Site::new();
        let mut authenticator = Authenticator::new(Key::ed_dsa(), ORIGIN, ID);
        let passkey = site.register(&authenticator).unwrap();
        let mut assertion = site.assertion(&mut authenticator);
        prop_assert!(site.sign_in(&passkey, &assertion).is_ok());
        let bytes = match part {
            0 => &mut assertion.client_data,
            1 => &mut assertion.authenticator_data,
            _ => &mut assertion.signature,
        };
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(site.sign_in(&passkey, &assertion).is_err());
    }

    #[test]
    fn a_changed_registration_does_not_break_the_reader(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let site = Site::new();
        let mut created = authenticator().create(&site.challenge(SESSION));
        let place = place.index(created.attestation_object.len());
        created.attestation_object[place] = byte;
        let attestation =
            Attestation { client_data: created.client_data, attestation_object: created.attestation_object };
        let _ = register(&site.expected(SESSION), &attestation);
    }
}
