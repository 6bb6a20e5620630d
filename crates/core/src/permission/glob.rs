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
pub struct Glob {
    segments: Vec<Segment>,
    /// How every text that fits begins and ends.
    head: String,
    tail: String,
    form: Form,
}

/// Forms of patterns for which the beginning nearly says it all. Most patterns have one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Nothing but literals: the text is the head.
    Literal,
    /// Literals and then `/**`: the head, and whatever is below.
    Below,
    /// Literals with one `*` in the last segment: the head, whatever within the segment, the tail.
    Stretch {
        /// Whether the segment is nothing but that, so that it does not fit the empty name.
        is_alone: bool,
    },
    /// Anything else.
    Other,
}

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
        let segments: Vec<Segment> = pattern.split('/').map(Segment::new).collect();
        let head = literal_head(&segments);
        let form = Form::of(&segments);
        let tail = segments.last().map(Segment::literal_tail).unwrap_or_default();
        Self { segments, head, tail, form }
    }

    /// How every text that fits begins.
    pub(super) fn head(&self) -> &str {
        &self.head
    }

    /// Whether all of `text` fits the pattern.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.head.as_str()) else { return false };
        match self.form {
            Form::Literal => rest.is_empty(),
            Form::Below => rest.is_empty() || rest.starts_with('/'),
            Form::Stretch { is_alone } => rest
                .strip_suffix(self.tail.as_str())
                .is_some_and(|middle| !(middle.contains('/') || is_alone && middle.is_empty())),
            Form::Other => {
                text.ends_with(&self.tail)
                    && wildcard(&self.segments, text.split('/'), |segment, name| segment.matches(name))
            }
        }
    }

    /// Whether this pattern certainly matches every text that `other` matches.
    pub(super) fn covers(&self, other: &Self) -> bool {
        wildcard(&self.segments, other.segments.iter(), |mine, theirs| mine.covers(theirs))
    }

    /// Whether certainly no text matches both patterns.
    pub(super) fn is_disjoint_from(&self, other: &Self) -> bool {
        let pairs = || self.segments.iter().zip(&other.segments);
        let is_fixed = |(mine, theirs): &(&Segment, &Segment)| !mine.is_many() && !theirs.is_many();
        let is_all_fixed = !self.segments.iter().chain(&other.segments).any(Segment::is_many);
        pairs().take_while(is_fixed).any(|(mine, theirs)| mine.is_disjoint_from(theirs))
            || is_all_fixed && self.segments.len() != other.segments.len()
    }
}

impl Form {
    fn of(segments: &[Segment]) -> Self {
        let Some((last, before)) = segments.split_last() else { return Self::Other };
        if !before.iter().all(Segment::is_literal) {
            return Self::Other;
        }
        match last {
            Segment::Depth if before.is_empty() => Self::Other,
            Segment::Depth => Self::Below,
            Segment::Name(tokens) => match tokens.iter().filter(|token| token.literal().is_none()).count() {
                0 => Self::Literal,
                1 if tokens.iter().any(Part::is_many) => Self::Stretch { is_alone: tokens.len() == 1 },
                _ => Self::Other,
            },
        }
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

    fn is_literal(&self) -> bool {
        let Self::Name(tokens) = self else { return false };
        tokens.iter().all(|token| matches!(token, Token::Literal(_)))
    }

    /// How every name that this matches begins.
    fn literal_head(&self) -> String {
        let Self::Name(tokens) = self else { return String::new() };
        tokens.iter().copied().map_while(Token::literal).collect()
    }

    /// How every name that this matches ends.
    fn literal_tail(&self) -> String {
        let Self::Name(tokens) = self else { return String::new() };
        let tail: Vec<char> = tokens.iter().rev().copied().map_while(Token::literal).collect();
        tail.into_iter().rev().collect()
    }

    /// The only name this matches, if there is only one.
    fn literal(&self) -> Option<String> {
        let Self::Name(tokens) = self else { return None };
        tokens.iter().copied().map(Token::literal).collect()
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

    const fn literal(self) -> Option<char> {
        match self {
            Self::Literal(char) => Some(char),
            Self::Any | Self::Stretch => None,
        }
    }

    fn matches(self, char: char) -> bool {
        matches!(self, Self::Any) || self == Self::Literal(char)
    }

    fn covers(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Any, Self::Literal(_)))
    }
}

/// How every text begins that fits all of these segments: the literal ones at the beginning, and what the
/// next one begins with. The slash before `**` does not belong to it, because that may fit nothing.
fn literal_head(segments: &[Segment]) -> String {
    let mut head = String::new();
    for (index, segment) in segments.iter().enumerate() {
        if segment.is_many() {
            break;
        }
        if index > 0 {
            head.push('/');
        }
        head.push_str(&segment.literal_head());
        if !segment.is_literal() {
            break;
        }
    }
    head
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
