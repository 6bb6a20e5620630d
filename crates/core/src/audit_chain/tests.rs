//! Whatever is done to a log that was sealed is found, and the first event it touches is named.

use proptest::prelude::*;

use super::*;
use crate::{cipher::KeyBytes, random::Random};

const ORGANIZATION: &str = "acme";

/// A log that was sealed: the events with their links, and what was signed.
#[derive(Clone, Debug)]
struct Log {
    rows: Vec<(i64, EventFields, Hash)>,
    end: (i64, Hash),
    checkpoints: Vec<Checkpoint>,
    prunings: Vec<Pruning>,
}

fn key(seed: u64) -> SigningKey {
    SigningKey::new(&KeyBytes::generate(&Random::seeded(seed))).unwrap()
}

fn event(number: i64) -> EventFields {
    let text = |name: &str| Some(format!("{name} {number}"));
    EventFields {
        id: format!("id {number}"),
        project_id: text("project").filter(|_| number % 3 > 0),
        event_type: "get-secret".to_owned(),
        result: "allowed".to_owned(),
        actor_type: "user".to_owned(),
        actor_id: text("actor"),
        actor_name: text("name"),
        metadata: format!("{{\"secretKey\":\"{number}\"}}"),
        ip: text("ip"),
        user_agent: text("agent"),
        user_agent_type: Some("cli".to_owned()),
        created_at: number * 1000,
    }
}

/// `length` events with a checkpoint after every fourth and at the end.
fn log(length: i64) -> Log {
    let mut chain = Chain::start(ORGANIZATION);
    let mut log =
        Log { rows: Vec::new(), end: (0, chain.hash()), checkpoints: Vec::new(), prunings: Vec::new() };
    for number in 1..=length {
        let fields = event(number);
        let hash = chain.append(&fields.event().digest(&mut Vec::new()));
        log.rows.push((number, fields, hash));
        if number % 4 == 0 || number == length {
            let at = Timestamp::from_millis(number);
            log.checkpoints.push(Checkpoint::sign(ORGANIZATION, number, hash, at, &key(1)));
        }
    }
    log.end = (length, chain.hash());
    log
}

impl Log {
    fn verify(&self) -> Result<Counts, Fault> {
        let keys = [key(1).public().clone()];
        let mut verifier = Verifier::new(ORGANIZATION, &keys);
        for checkpoint in &self.checkpoints {
            verifier.tell_checkpoint(checkpoint.clone())?;
        }
        for pruning in &self.prunings {
            verifier.tell_pruning(pruning.clone())?;
        }
        for (sequence, fields, hash) in &self.rows {
            verifier.event(*sequence, &fields.event(), hash.as_bytes())?;
        }
        verifier.end(self.end.0, self.end.1.as_bytes())?;
        Ok(verifier.counts())
    }

    /// Removes events of the block that ends with `last`, as retention does.
    fn prune(&mut self, last: i64, gone: &[i64]) {
        let first = last - 3;
        let digest = |sequence: &i64| (*sequence, event(*sequence).event().digest(&mut Vec::new()));
        let digests = Pruned(gone.iter().map(digest).collect());
        let is_whole = gone.len() == 4;
        let at = usize::try_from(last - 1).unwrap();
        let pruning = Pruning {
            organization: ORGANIZATION.to_owned(),
            first,
            last,
            hash: self.rows[at].2,
            count: i64::try_from(gone.len()).unwrap(),
            digests: if is_whole { Vec::new() } else { digests.to_bytes(first) },
            pruned_at: Timestamp::from_millis(1),
            key: String::new(),
            signature: Vec::new(),
        };
        self.prunings.push(pruning.signed(&key(1)));
    }

    fn without(mut self, gone: &[i64]) -> Self {
        self.rows.retain(|(sequence, ..)| !gone.contains(sequence));
        self
    }

    /// Makes all links anew, as somebody would who can write everywhere but has no key.
    fn relinked(mut self) -> Self {
        let mut chain = Chain::start(ORGANIZATION);
        for (number, (sequence, fields, hash)) in self.rows.iter_mut().enumerate() {
            *sequence = i64::try_from(number).unwrap() + 1;
            *hash = chain.append(&fields.event().digest(&mut Vec::new()));
        }
        self.end = (chain.sequence(), chain.hash());
        self
    }
}

/// Changes the field with this number.
fn change(fields: &mut EventFields, field: usize) {
    let flip = |text: &mut Option<String>| *text = if text.is_some() { None } else { Some(String::new()) };
    match field {
        0 => fields.id.push('x'),
        1 => flip(&mut fields.project_id),
        2 => fields.event_type = "get-secrets".to_owned(),
        3 => fields.result = "denied".to_owned(),
        4 => fields.actor_type = "identity".to_owned(),
        5 => flip(&mut fields.actor_id),
        6 => flip(&mut fields.actor_name),
        7 => fields.metadata = "{}".to_owned(),
        8 => flip(&mut fields.ip),
        9 => flip(&mut fields.user_agent),
        10 => flip(&mut fields.user_agent_type),
        _ => fields.created_at += 1,
    }
}

#[test]
fn a_log_that_nobody_touched_is_proven() {
    for length in [0, 1, 3, 4, 5, 12] {
        let counts = log(length).verify().unwrap();

        assert_eq!((counts.events, counts.pruned, counts.signed), (length, 0, length));
    }
}

#[test]
fn the_hashes_stay_those_that_are_stored_everywhere() {
    let log = log(2);

    assert_eq!(log.rows[1].2.to_string(), KNOWN_LINK);
    assert_eq!(key(1).public().id(), KNOWN_KEY);
}

/// The first was computed from the description in the module by another program.
const KNOWN_LINK: &str = "fbece65c0ceef93c08408902f296165f1b10d96909e91f8c0f2f3ee905e6be79";
const KNOWN_KEY: &str = "b9fed5a20ed11adecb65807d20398cd4";

#[test]
fn what_retention_removed_is_counted_and_the_rest_stays_proven() {
    let mut log = log(14);
    log.prune(4, &[1, 2, 3, 4]);
    log.prune(8, &[6, 7]);
    let pruned = log.clone().without(&[1, 2, 3, 4, 6, 7]);

    let counts = pruned.verify().unwrap();

    assert_eq!((counts.events, counts.pruned, counts.pruned_blocks, counts.signed), (8, 6, 2, 14));
    assert_eq!(pruned.clone().without(&[5]).verify(), Err(Fault::Missing(5)));
    assert_eq!(pruned.clone().without(&[9]).verify(), Err(Fault::Missing(9)));
    assert_eq!(log.verify(), Err(Fault::Returned(1)));
    for change in [
        |pruning: &mut Pruning| pruning.count -= 1,
        |pruning: &mut Pruning| pruning.last += 1,
        |pruning: &mut Pruning| pruning.digests[5] ^= 1,
        |pruning: &mut Pruning| pruning.pruned_at = Timestamp::from_millis(2),
        |pruning: &mut Pruning| pruning.signature[0] ^= 1,
    ] {
        let mut forged = pruned.clone();
        change(&mut forged.prunings[1]);
        assert_eq!(forged.verify(), Err(Fault::BadPruning(5)));
    }
}

#[test]
fn an_end_that_was_cut_off_is_proven_by_a_checkpoint_that_was_kept_elsewhere() {
    let whole = log(10);
    let mut cut = log(6);

    assert!(cut.verify().is_ok(), "nothing in the database says so");
    cut.checkpoints.push(Checkpoint::parse_line(&whole.checkpoints[2].to_line()).unwrap());
    assert_eq!(cut.verify(), Err(Fault::CutOff { first: 7, last: 10 }));
    let short = log(10).without(&[10]);
    assert_eq!(short.verify(), Err(Fault::Missing(10)));
}

#[test]
fn a_checkpoint_reads_back_from_its_line_and_nothing_else_does() {
    let mut checkpoint = log(3).checkpoints[0].clone();
    checkpoint.signed_at = Timestamp::from_millis(1_769_860_800_007);
    for organization in ["", "acme"] {
        checkpoint.organization = organization.to_owned();
        assert_eq!(Checkpoint::parse_line(&checkpoint.to_line()), Some(checkpoint.clone()));
    }
    for line in ["", "tacit-audit-checkpoint-1 a 1", "other a 1 b c d e"] {
        assert_eq!(Checkpoint::parse_line(line), None);
    }
}

#[test]
fn a_checkpoint_of_an_unknown_key_is_not_believed() {
    let mut log = log(3);
    log.checkpoints[0] = Checkpoint::sign(ORGANIZATION, 3, log.end.1, Timestamp::from_millis(0), &key(2));

    assert_eq!(log.verify(), Err(Fault::BadCheckpoint(3)));
}

fn proof(log: &Log, sequence: i64) -> Proof {
    let at = usize::try_from(sequence - 1).unwrap();
    let checkpoint = log.checkpoints.iter().find(|one| one.sequence >= sequence).unwrap();
    let previous = match at {
        0 => Chain::start(ORGANIZATION),
        _ => Chain::resume(ORGANIZATION, sequence - 1, log.rows[at - 1].2),
    };
    let after = usize::try_from(checkpoint.sequence).unwrap();
    let digests: Vec<Hash> =
        log.rows[at + 1..after].iter().map(|row| row.1.event().digest(&mut Vec::new())).collect();
    Proof::new(log.rows[at].1.clone(), &previous, &digests, checkpoint, key(1).public())
}

#[test]
fn each_event_has_a_proof_that_holds_for_it_alone() {
    let log = log(10);
    for sequence in 1..=10 {
        let proof = proof(&log, sequence);
        let text = serde_json::to_string(&proof).unwrap();
        let read: Proof = serde_json::from_str(&text).unwrap();

        assert_eq!(read.check().unwrap(), *key(1).public());
        for field in 0..12 {
            let mut forged = read.clone();
            change(&mut forged.event, field);
            assert_eq!(forged.check(), Err(ProofError::Changed), "field {field}");
        }
        let elsewhere = Proof { organization_id: "other".to_owned(), ..read.clone() };
        assert_eq!(elsewhere.check(), Err(ProofError::Changed));
        let later = Proof { signed_at: 0, ..read.clone() };
        assert_eq!(later.check(), Err(ProofError::BadSignature));
        let by_another = Proof { public_key: key(2).public().to_text(), ..read };
        assert_eq!(by_another.check(), Err(ProofError::BadSignature));
    }
}

proptest! {
    #[test]
    fn a_change_of_any_field_of_any_event_is_found(length in 1_i64..30, at: prop::sample::Index, field in 0_usize..12) {
        let mut log = log(length);
        let at = at.index(log.rows.len());
        change(&mut log.rows[at].1, field);

        prop_assert_eq!(log.verify(), Err(Fault::Changed(log.rows[at].0)));
        // With all links made anew, the next checkpoint tells.
        let fault = log.relinked().verify().unwrap_err();
        prop_assert!(matches!(fault, Fault::Rewritten(sequence) if sequence > i64::try_from(at).unwrap()));
    }

    #[test]
    fn a_removal_is_found(length in 1_i64..30, at: prop::sample::Index) {
        let log = log(length);
        let sequence = log.rows[at.index(log.rows.len())].0;
        let short = log.without(&[sequence]);

        prop_assert_eq!(short.verify(), Err(Fault::Missing(sequence)));
        prop_assert!(short.relinked().verify().is_err());
    }

    #[test]
    fn a_cut_of_the_middle_is_found(length in 3_i64..30, from: prop::sample::Index, count in 1_i64..9) {
        let mut log = log(length);
        let from = i64::try_from(from.index(log.rows.len() - 1)).unwrap() + 1;
        let to = (from + count).min(length);
        let gone: Vec<i64> = (from..to).collect();
        log = log.without(&gone);

        prop_assert_eq!(log.verify(), Err(Fault::Missing(from)));
        prop_assert!(log.relinked().verify().is_err());
    }

    #[test]
    fn a_swap_is_found(length in 2_i64..30, one: prop::sample::Index, other: prop::sample::Index) {
        let mut log = log(length);
        let (one, other) = (one.index(log.rows.len()), other.index(log.rows.len()));
        prop_assume!(one < other);
        let (first, second) = (log.rows[one].1.clone(), log.rows[other].1.clone());
        log.rows[one].1 = second;
        log.rows[other].1 = first;

        prop_assert_eq!(log.verify(), Err(Fault::Changed(log.rows[one].0)));
        prop_assert!(log.relinked().verify().is_err());
    }

    #[test]
    fn an_insertion_is_found(length in 1_i64..30, at: prop::sample::Index) {
        let mut log = log(length);
        let at = at.index(log.rows.len());
        let mut forged = log.rows[at].clone();
        forged.1 = event(99);
        log.rows.insert(at, forged);
        log.rows.iter_mut().zip(1..).for_each(|(row, number)| row.0 = number);

        prop_assert_eq!(log.verify(), Err(Fault::Changed(i64::try_from(at).unwrap() + 1)));
        prop_assert!(log.relinked().verify().is_err());
    }

    #[test]
    fn digests_of_what_is_gone_read_back(numbers in prop::collection::btree_set(1000_i64..2024, 0..50)) {
        let digests = Pruned(numbers.into_iter().map(|number| (number, Hash::of(&number.to_be_bytes()))).collect());

        prop_assert_eq!(Pruned::from_bytes(1000, &digests.to_bytes(1000)), Some(digests));
    }
}
