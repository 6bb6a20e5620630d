//! Proving a chain, event by event, in the order of the sequence.

use std::collections::VecDeque;

use super::{Chain, Checkpoint, Event, Hash, Pruned, Pruning, VerifyingKey};

/// What is wrong with a chain. Each names the first event that is not proven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A field of the event, its place, or its link differs from what was sealed.
    #[error("event {0} is not the one that was sealed: it was changed, moved or put in")]
    Changed(i64),
    /// No event has this number, and no signed statement says that retention removed it.
    #[error("event {0} is missing, and retention did not remove it")]
    Missing(i64),
    /// Retention removed the event, but there is one.
    #[error("event {0} is there although retention removed it")]
    Returned(i64),
    /// The links follow from each other, but not those that were signed.
    #[error("the chain up to event {0} is not the one that was signed: it was made anew")]
    Rewritten(i64),
    /// A signature is by no known key, or of another text.
    #[error("the signature of the checkpoint at event {0} is not valid")]
    BadCheckpoint(i64),
    /// As [`Fault::BadCheckpoint`].
    #[error("the signature of the statement that events from {0} on were removed by retention is not valid")]
    BadPruning(i64),
    /// The end was cut off: a checkpoint proves that the chain was longer.
    #[error("events from {first} to {last} were cut off: a signed checkpoint proves that they were there")]
    CutOff {
        /// The first that is missing.
        first: i64,
        /// The last that is known to have been there.
        last: i64,
    },
    /// The end of the chain is not where the last event was sealed.
    #[error("event {0} is not where the chain ends: its end was changed")]
    WrongEnd(i64),
}

impl Fault {
    /// The first event that is not proven.
    #[must_use]
    pub const fn sequence(&self) -> i64 {
        match *self {
            Self::Changed(sequence)
            | Self::Missing(sequence)
            | Self::Returned(sequence)
            | Self::Rewritten(sequence)
            | Self::BadCheckpoint(sequence)
            | Self::BadPruning(sequence)
            | Self::CutOff { first: sequence, .. }
            | Self::WrongEnd(sequence) => sequence,
        }
    }
}

/// How much of a chain was proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that are there and unchanged.
    pub events: i64,
    /// Events that retention removed.
    pub pruned: i64,
    /// Blocks from which retention removed some or all.
    pub pruned_blocks: i64,
    /// Checkpoints that hold.
    pub checkpoints: i64,
    /// The last event that a checkpoint stands for.
    pub signed: i64,
}

/// Proves one chain. Checkpoints and prunings are told before the events they are about.
#[derive(Debug)]
pub struct Verifier<'a> {
    chain: Chain,
    keys: &'a [VerifyingKey],
    checkpoints: VecDeque<Checkpoint>,
    prunings: VecDeque<(Pruning, Pruned)>,
    counts: Counts,
    buffer: Vec<u8>,
}

impl<'a> Verifier<'a> {
    /// Begins at the first event of an organization. Only these keys are believed.
    #[must_use]
    pub fn new(organization: &str, keys: &'a [VerifyingKey]) -> Self {
        Self {
            chain: Chain::start(organization),
            keys,
            checkpoints: VecDeque::new(),
            prunings: VecDeque::new(),
            counts: Counts::default(),
            buffer: Vec::new(),
        }
    }

    /// What was proven so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Tells of a checkpoint; in the order of their sequence.
    ///
    /// # Errors
    ///
    /// [`Fault::BadCheckpoint`].
    pub fn tell_checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Fault> {
        if !self.keys.iter().any(|key| checkpoint.is_signed_by(key)) {
            return Err(Fault::BadCheckpoint(checkpoint.sequence));
        }
        self.checkpoints.push_back(checkpoint);
        Ok(())
    }

    /// Tells of a pruning; in the order of their sequence.
    ///
    /// # Errors
    ///
    /// [`Fault::BadPruning`].
    pub fn tell_pruning(&mut self, pruning: Pruning) -> Result<(), Fault> {
        let digests = Pruned::from_bytes(pruning.first, &pruning.digests);
        match digests.filter(|_| self.keys.iter().any(|key| pruning.is_signed_by(key))) {
            None => Err(Fault::BadPruning(pruning.first)),
            Some(digests) => {
                self.prunings.push_back((pruning, digests));
                Ok(())
            }
        }
    }

    /// Proves the next event that is there; `stored` is the link that is stored with it.
    ///
    /// # Errors
    ///
    /// The first [`Fault`].
    pub fn event(&mut self, sequence: i64, event: &Event<'_>, stored: &[u8]) -> Result<(), Fault> {
        self.pass_pruned(sequence)?;
        if self.is_pruned(sequence) {
            return Err(Fault::Returned(sequence));
        }
        let digest = event.digest(&mut self.buffer);
        let hash = self.chain.append(&digest);
        if self.chain.sequence() != sequence || hash.as_bytes() != stored {
            return Err(Fault::Changed(sequence));
        }
        self.counts.events += 1;
        self.reached(sequence, hash)
    }

    /// Proves the end, which is where the log says the chain is.
    ///
    /// # Errors
    ///
    /// The first [`Fault`].
    pub fn end(&mut self, sequence: i64, hash: &[u8]) -> Result<(), Fault> {
        self.pass_pruned(sequence.saturating_add(1))?;
        let last = self.chain.sequence();
        if let Some(beyond) = self.checkpoints.back().filter(|beyond| beyond.sequence > last) {
            return Err(Fault::CutOff { first: last + 1, last: beyond.sequence });
        }
        if last != sequence || self.chain.hash().as_bytes() != hash {
            return Err(Fault::WrongEnd(last));
        }
        Ok(())
    }

    /// Goes on to just before an event, over those that retention removed.
    fn pass_pruned(&mut self, sequence: i64) -> Result<(), Fault> {
        while self.chain.sequence() + 1 < sequence {
            let next = self.chain.sequence() + 1;
            let Some((pruning, digests)) = self.pruning_of(next) else { return Err(Fault::Missing(next)) };
            if pruning.is_whole() && pruning.first == next {
                let (last, hash, count) = (pruning.last, pruning.hash, pruning.count);
                let organization = pruning.organization.clone();
                self.chain = Chain::resume(&organization, last, hash);
                self.counts.pruned += count;
                self.reached(last, hash)?;
                if last >= sequence {
                    return Err(Fault::Returned(sequence));
                }
            } else {
                let Some(digest) = digests.0.get(&next).copied() else { return Err(Fault::Missing(next)) };
                let hash = self.chain.append(&digest);
                self.counts.pruned += 1;
                self.reached(next, hash)?;
            }
        }
        Ok(())
    }

    fn is_pruned(&self, sequence: i64) -> bool {
        self.pruning_of(sequence)
            .is_some_and(|(pruning, digests)| pruning.is_whole() || digests.0.contains_key(&sequence))
    }

    fn pruning_of(&self, sequence: i64) -> Option<&(Pruning, Pruned)> {
        self.prunings.front().filter(|(pruning, _)| (pruning.first..=pruning.last).contains(&sequence))
    }

    /// Compares the link of an event with what was signed of it.
    fn reached(&mut self, sequence: i64, hash: Hash) -> Result<(), Fault> {
        while let Some((pruning, _)) = self.prunings.front().filter(|(pruning, _)| pruning.last <= sequence) {
            if pruning.last == sequence && pruning.hash != hash {
                return Err(Fault::Rewritten(sequence));
            }
            self.counts.pruned_blocks += 1;
            self.prunings.pop_front();
        }
        while let Some(checkpoint) = self.checkpoints.front().filter(|front| front.sequence <= sequence) {
            // One that lies inside a block that is gone as a whole is vouched for by the block's own.
            if checkpoint.sequence == sequence && checkpoint.hash != hash {
                return Err(Fault::Rewritten(sequence));
            }
            self.counts.checkpoints += 1;
            self.counts.signed = sequence;
            self.checkpoints.pop_front();
        }
        Ok(())
    }
}
