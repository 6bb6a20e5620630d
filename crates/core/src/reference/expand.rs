//! Expanding references: a machine that asks for one secret at a time, so that it needs no database.

use zeroize::Zeroizing;

use super::{Part, Target, first};
use crate::name::SecretPath;

/// How deep references are followed; one that is deeper stays as written (wire-contract 7.12).
pub const DEPTH_MAX: usize = 10;
/// References followed for one answer at most.
pub const REFERENCES_MAX: usize = 100_000;
/// Bytes that references may bring into one answer: 64 MiB.
pub const EXPANDED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The slug of its environment.
    pub environment: String,
    /// Its folder.
    pub path: SecretPath,
    /// Its name.
    pub name: String,
}

impl Address {
    /// Where a reference leads from here.
    #[must_use]
    pub fn of(&self, target: Target<'_>) -> Self {
        match target {
            Target::Local { name } => Self { name: name.to_owned(), ..self.clone() },
            Target::Absolute { environment, path, name } => {
                Self { environment: environment.to_owned(), path, name: name.to_owned() }
            }
        }
    }
}

/// What the expansions of one answer may still cost. Ten levels of references to ten others each would
/// otherwise be ten billion.
#[derive(Debug)]
pub struct Budget {
    references: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { references: REFERENCES_MAX, bytes: EXPANDED_BYTES_MAX }
    }
}

/// The [`Budget`] is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the references are too many to expand: at most {REFERENCES_MAX} references and {EXPANDED_BYTES_MAX} bytes"
)]
pub struct TooMuch;

/// What an [`Expansion`] wants next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The secret at this address: look it up and call [`Expansion::answer`].
    Lookup(Address),
    /// Nothing: call [`Expansion::finish`].
    Done,
}

/// A secret whose value was expanded, and those that went into it.
#[derive(Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it is; where it was looked for, if it is not there.
    pub address: Address,
    /// Its value, expanded; `None` if it is not there, or if it contains the secret that refers to it.
    pub value: Option<Zeroizing<String>>,
    /// Those it refers to, in the order of its value.
    pub children: Vec<Node>,
}

/// The expansion of one value.
#[derive(Debug)]
pub struct Expansion {
    /// The secret that is expanded, and above it those that are expanded for it.
    frames: Vec<Frame>,
    done: Option<Node>,
}

#[derive(Debug)]
struct Frame {
    node: Node,
    value: Zeroizing<String>,
    /// How much of the value is done, in bytes.
    position: usize,
    output: Zeroizing<String>,
    /// The reference that is being looked up, as it is written, and where it leads.
    pending: Option<(String, Address)>,
}

impl Frame {
    fn new(address: Address, value: Zeroizing<String>) -> Self {
        let node = Node { address, value: None, children: Vec::new() };
        Self { node, value, position: 0, output: Zeroizing::default(), pending: None }
    }
}

impl Expansion {
    /// Starts to expand the value of the secret at `address`.
    #[must_use]
    pub fn new(address: Address, value: Zeroizing<String>) -> Self {
        Self { frames: vec![Frame::new(address, value)], done: None }
    }

    /// Goes on until a secret has to be looked up, or to the end.
    ///
    /// # Errors
    ///
    /// [`TooMuch`] if the budget is used up.
    pub fn next(&mut self, budget: &mut Budget) -> Result<Step, TooMuch> {
        loop {
            let depth = self.frames.len();
            let Some(frame) = self.frames.last_mut() else { return Ok(Step::Done) };
            match first(&frame.value[frame.position..]) {
                Some(Part::Text(text)) => {
                    charge(budget, depth, text)?;
                    frame.output.push_str(text);
                    frame.position += text.len();
                }
                Some(Part::Reference(reference)) => {
                    frame.position += reference.text.len();
                    if depth > DEPTH_MAX {
                        frame.output.push_str(reference.text);
                        continue;
                    }
                    let wanted = frame.node.address.of(reference.target);
                    frame.pending = Some((reference.text.to_owned(), wanted.clone()));
                    budget.references = budget.references.checked_sub(1).ok_or(TooMuch)?;
                    return Ok(Step::Lookup(wanted));
                }
                None => self.pop(budget)?,
            }
        }
    }

    /// Says what was found: where it really is, which an import makes another place, and its value.
    /// What is not there becomes empty text; what is being expanded already stays as written.
    pub fn answer(&mut self, found: Option<(Address, Zeroizing<String>)>) {
        let is_open =
            |address: &Address, frames: &[Frame]| frames.iter().any(|frame| frame.node.address == *address);
        match found {
            Some((address, value)) if !is_open(&address, &self.frames) => {
                self.frames.push(Frame::new(address, value));
            }
            found => {
                let Some(frame) = self.frames.last_mut() else { return };
                let Some((text, wanted)) = frame.pending.take() else { return };
                if found.is_some() {
                    frame.output.push_str(&text);
                }
                let address = found.map_or(wanted, |(address, _)| address);
                frame.node.children.push(Node { address, value: None, children: Vec::new() });
            }
        }
    }

    /// The expanded secret; `None` before [`Step::Done`].
    #[must_use]
    pub fn finish(self) -> Option<Node> {
        self.done
    }

    /// Puts a finished value into the one that refers to it.
    fn pop(&mut self, budget: &mut Budget) -> Result<(), TooMuch> {
        let Some(Frame { mut node, output, .. }) = self.frames.pop() else { return Ok(()) };
        if let Some(parent) = self.frames.last_mut() {
            budget.bytes = budget.bytes.checked_sub(output.len()).ok_or(TooMuch)?;
            parent.output.push_str(&output);
            parent.pending = None;
            node.value = Some(output);
            parent.node.children.push(node);
        } else {
            node.value = Some(output);
            self.done = Some(node);
        }
        Ok(())
    }
}

/// The text of the secret itself costs nothing: it would be in the answer anyway.
fn charge(budget: &mut Budget, depth: usize, text: &str) -> Result<(), TooMuch> {
    if depth > 1 {
        budget.bytes = budget.bytes.checked_sub(text.len()).ok_or(TooMuch)?;
    }
    Ok(())
}
