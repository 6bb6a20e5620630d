//! Path patterns, for the `$glob` operator (wire-contract 12.3).
//!
//! Only the pattern of a rule is a pattern: the text it is compared with is taken literally,
//! whatever characters it has (security.md, class 3).

/// A compiled path pattern.
///
/// | in the pattern | matches |
/// |---|---|
/// | `**` as a whole segment | any number of segments, also none: `/a/**` matches `/a` and `/a/b/c` |
/// | `*` | any characters but `/`; as a whole segment at least one |
/// | `?` | one character but `/` |
/// | anything else, also `{ } [ ] ( ) ! \` | itself, case-sensitive |
///
/// Names that begin with a dot are nothing special. A segment of three or more stars is a `*`.
///
/// Matching takes at most as many steps as the pattern has characters times the text, and
/// allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Any number of segments.
    Depth,
    Name(Vec<Token>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// Any number of characters of a segment.
    Stretch,
    /// One character.
    Any,
    Literal(char),
}

impl Glob {
    /// Compiles a pattern. Every text is one.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.split('/').map(Segment::new).collect())
    }

    /// Whether all of `text` fits the pattern.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        wildcard(&self.0, text.split('/'), |segment, name| segment.matches(name))
    }

    /// Whether this pattern certainly matches every text that `other` matches.
    pub(super) fn covers(&self, other: &Self) -> bool {
        wildcard(&self.0, other.0.iter(), |mine, theirs| mine.covers(theirs))
    }

    /// Whether certainly no text matches both patterns.
    pub(super) fn is_disjoint_from(&self, other: &Self) -> bool {
        let pairs = || self.0.iter().zip(&other.0);
        let is_fixed = |(mine, theirs): &(&Segment, &Segment)| !mine.is_many() && !theirs.is_many();
        let is_all_fixed = !self.0.iter().chain(&other.0).any(Segment::is_many);
        pairs().take_while(is_fixed).any(|(mine, theirs)| mine.is_disjoint_from(theirs))
            || is_all_fixed && self.0.len() != other.0.len()
    }
}

/// A part of a pattern that may stand for any number of parts of what it is compared with.
trait Part {
    fn is_many(&self) -> bool;
}

impl Part for Segment {
    fn is_many(&self) -> bool {
        matches!(self, Self::Depth)
    }
}

impl Part for Token {
    fn is_many(&self) -> bool {
        matches!(self, Self::Stretch)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        if text == "**" {
            return Self::Depth;
        }
        Self::Name(text.chars().map(Token::new).collect())
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Depth => true,
            Self::Name(tokens) if is_stretch_only(tokens) => !name.is_empty(),
            Self::Name(tokens) => wildcard(tokens, name.chars(), |token, char| token.matches(*char)),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Depth, _) => true,
            (_, Self::Depth) => false,
            // Only a name without tokens matches the empty name.
            (Self::Name(mine), Self::Name(theirs)) if is_stretch_only(mine) => !theirs.is_empty(),
            (Self::Name(mine), Self::Name(theirs)) => {
                wildcard(mine, theirs.iter(), |mine, theirs| mine.covers(**theirs))
            }
        }
    }

    /// Whether one of the two is a plain name that the other does not match.
    fn is_disjoint_from(&self, other: &Self) -> bool {
        let excludes =
            |pattern: &Self, name: &Self| name.literal().is_some_and(|text| !pattern.matches(&text));
        excludes(self, other) || excludes(other, self)
    }

    /// The only name this matches, if there is only one.
    fn literal(&self) -> Option<String> {
        let Self::Name(tokens) = self else { return None };
        let literal = |token: &Token| if let Token::Literal(char) = token { Some(*char) } else { None };
        tokens.iter().map(literal).collect()
    }
}

impl Token {
    fn new(char: char) -> Self {
        match char {
            '*' => Self::Stretch,
            '?' => Self::Any,
            _ => Self::Literal(char),
        }
    }

    fn matches(self, char: char) -> bool {
        matches!(self, Self::Any) || self == Self::Literal(char)
    }

    fn covers(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Any, Self::Literal(_)))
    }
}

/// Whether this is `*` in any number: it matches every name but the empty one.
fn is_stretch_only(tokens: &[Token]) -> bool {
    !tokens.is_empty() && tokens.iter().all(Part::is_many)
}

/// Whether `pattern` fits all of `items`, where a part that [is many](Part::is_many) fits any
/// number of items.
///
/// Goes back to the last such part only: if the parts before it fit once, letting an earlier one
/// take more items gains nothing. Hence the product of both lengths bounds the work.
fn wildcard<P, I>(pattern: &[P], mut items: I, fits: impl Fn(&P, &I::Item) -> bool) -> bool
where
    P: Part,
    I: Iterator + Clone,
{
    let mut index = 0;
    let mut retry: Option<(usize, I)> = None;
    loop {
        let part = pattern.get(index);
        if part.is_some_and(Part::is_many) {
            index += 1;
            retry = Some((index, items.clone()));
            continue;
        }
        let mut rest = items.clone();
        match (part, rest.next()) {
            (None, None) => return true,
            (Some(part), Some(item)) if fits(part, &item) => {
                index += 1;
                items = rest;
            }
            _ => {
                let Some((after, from)) = &mut retry else { return false };
                if from.next().is_none() {
                    return false;
                }
                index = *after;
                items = from.clone();
            }
        }
    }
}
