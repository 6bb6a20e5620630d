//! Search filters as people write them (RFC 4515), with a place in them for the name of who logs in.
//!
//! The filter is read once, with the place in it. The name is put in when the filter is already read, so whatever it
//! holds is compared and cannot change what is asked.

use super::ber::{OCTETS, SEQUENCE, Writer};

/// Where the name of who logs in goes.
pub const USER_NAME: &str = "{{username}}";
/// The longest filter, in bytes.
pub const FILTER_MAX: usize = 4096;
/// How deep a filter may be.
const DEPTH_MAX: usize = 16;

const AND: u8 = 0xa0;
const OR: u8 = 0xa1;
const NOT: u8 = 0xa2;
const EQUAL: u8 = 0xa3;
const SUBSTRINGS: u8 = 0xa4;
const GREATER_OR_EQUAL: u8 = 0xa5;
const LESS_OR_EQUAL: u8 = 0xa6;
const PRESENT: u8 = 0x87;
const APPROXIMATE: u8 = 0xa8;
const EXTENSIBLE: u8 = 0xa9;

/// A search filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Node);

/// A filter that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no search filter such as (uid={{{{username}}}})")]
pub struct FilterError;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Compare { tag: u8, attribute: String, value: Value },
    Present(String),
    Substrings { attribute: String, parts: Vec<(u8, Value)> },
    Extensible { attribute: String, with_dn: bool, rule: String, value: Value },
}

/// The bytes before, between and after the places of the name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value(Vec<Vec<u8>>);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// [`FilterError`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > FILTER_MAX {
            return Err(FilterError);
        }
        let mut parser = Parser(text);
        let node = parser.filter(0)?;
        if parser.0.is_empty() { Ok(Self(node)) } else { Err(FilterError) }
    }

    /// Whether it has a place for the name.
    #[must_use]
    pub fn names_user(&self) -> bool {
        self.0.names_user()
    }

    /// Whether it asks for something beside the name: `(&(uid={{username}})(ou=robots))` does.
    #[must_use]
    pub fn asks_more(&self) -> bool {
        matches!(&self.0, Node::And(parts) if parts.iter().any(|part| !part.names_user()))
    }

    /// Writes it with the name in its place.
    pub(super) fn write(&self, user_name: &str, to: &mut Writer) {
        self.0.write(user_name.as_bytes(), to);
    }
}

impl Node {
    fn names_user(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::names_user),
            Self::Not(part) => part.names_user(),
            Self::Compare { value, .. } | Self::Extensible { value, .. } => value.names_user(),
            Self::Present(_) => false,
            Self::Substrings { parts, .. } => parts.iter().any(|(_, value)| value.names_user()),
        }
    }

    fn write(&self, name: &[u8], to: &mut Writer) {
        let all = |parts: &[Self], to: &mut Writer| parts.iter().for_each(|part| part.write(name, to));
        match self {
            Self::And(parts) => to.holding(AND, |to| all(parts, to)),
            Self::Or(parts) => to.holding(OR, |to| all(parts, to)),
            Self::Not(part) => to.holding(NOT, |to| part.write(name, to)),
            Self::Compare { tag, attribute, value } => to.holding(*tag, |to| {
                to.bytes(OCTETS, attribute.as_bytes()).bytes(OCTETS, &value.with(name));
            }),
            Self::Present(attribute) => to.bytes(PRESENT, attribute.as_bytes()),
            Self::Substrings { attribute, parts } => to.holding(SUBSTRINGS, |to| {
                to.bytes(OCTETS, attribute.as_bytes()).holding(SEQUENCE, |to| {
                    for (tag, value) in parts {
                        to.bytes(*tag, &value.with(name));
                    }
                });
            }),
            Self::Extensible { attribute, with_dn, rule, value } => to.holding(EXTENSIBLE, |to| {
                for (tag, text) in [(0x81, rule), (0x82, attribute)] {
                    if !text.is_empty() {
                        to.bytes(tag, text.as_bytes());
                    }
                }
                to.bytes(0x83, &value.with(name));
                if *with_dn {
                    to.bytes(0x84, &[0xff]);
                }
            }),
        };
    }
}

impl Value {
    fn parse(text: &str) -> Result<Self, FilterError> {
        text.split(USER_NAME).map(unescaped).collect::<Result<_, _>>().map(Self)
    }

    fn names_user(&self) -> bool {
        self.0.len() > 1
    }

    fn with(&self, name: &[u8]) -> Vec<u8> {
        self.0.join(name)
    }
}

/// Takes `\2a` for the byte that it stands for. What has a meaning in filters must be written so.
fn unescaped(text: &str) -> Result<Vec<u8>, FilterError> {
    let mut parts = text.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or(FilterError)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(FilterError);
        }
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| FilterError)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    if text.contains(['(', ')', '*', '\0']) { Err(FilterError) } else { Ok(bytes) }
}

struct Parser<'a>(&'a str);

impl<'a> Parser<'a> {
    fn filter(&mut self, depth: usize) -> Result<Node, FilterError> {
        self.take("(")?;
        let node = match self.0.bytes().next() {
            _ if depth > DEPTH_MAX => return Err(FilterError),
            Some(b'&') => Node::And(self.list(depth)?),
            Some(b'|') => Node::Or(self.list(depth)?),
            Some(b'!') => {
                self.take("!")?;
                Node::Not(Box::new(self.filter(depth + 1)?))
            }
            _ => self.item()?,
        };
        self.take(")")?;
        Ok(node)
    }

    /// `&` or `|`, and filters.
    fn list(&mut self, depth: usize) -> Result<Vec<Node>, FilterError> {
        self.0 = &self.0[1..];
        let mut parts = Vec::new();
        while self.0.starts_with('(') {
            parts.push(self.filter(depth + 1)?);
        }
        if parts.is_empty() { Err(FilterError) } else { Ok(parts) }
    }

    fn item(&mut self) -> Result<Node, FilterError> {
        let end = self.0.find(')').ok_or(FilterError)?;
        let (item, rest) = self.0.split_at(end);
        self.0 = rest;
        let (left, value) = item.split_once('=').ok_or(FilterError)?;
        if let Some(left) = left.strip_suffix(':') {
            return extensible(left, Value::parse(value)?);
        }
        let (attribute, tag) = match left.as_bytes().last() {
            Some(b'>') => (&left[..left.len() - 1], GREATER_OR_EQUAL),
            Some(b'<') => (&left[..left.len() - 1], LESS_OR_EQUAL),
            Some(b'~') => (&left[..left.len() - 1], APPROXIMATE),
            _ => (left, EQUAL),
        };
        let attribute = description(attribute)?;
        match (tag, value) {
            (EQUAL, "*") => Ok(Node::Present(attribute)),
            (EQUAL, value) if value.contains('*') => substrings(attribute, value),
            (tag, value) => Ok(Node::Compare { tag, attribute, value: Value::parse(value)? }),
        }
    }

    fn take(&mut self, begin: &'a str) -> Result<(), FilterError> {
        self.0 = self.0.strip_prefix(begin).ok_or(FilterError)?;
        Ok(())
    }
}

/// The name of an attribute, or of a rule.
fn description(text: &str) -> Result<String, FilterError> {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b".;-_".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_of_a_name) { Err(FilterError) } else { Ok(text.to_owned()) }
}

/// `begin*middle*end`, of which any may be missing.
fn substrings(attribute: String, value: &str) -> Result<Node, FilterError> {
    let texts: Vec<&str> = value.split('*').collect();
    let last = texts.len() - 1;
    let mut parts = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        let tag = match at {
            0 => 0x80,
            at if at == last => 0x82,
            _ => 0x81,
        };
        if !text.is_empty() {
            parts.push((tag, Value::parse(text)?));
        } else if tag == 0x81 {
            return Err(FilterError);
        }
    }
    Ok(Node::Substrings { attribute, parts })
}

/// `attribute:dn:rule`, of which attribute or rule and `dn` may be missing.
fn extensible(left: &str, value: Value) -> Result<Node, FilterError> {
    let mut parts = left.split(':');
    let attribute = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let (with_dn, rule) = match rest.as_slice() {
        [] => (false, ""),
        ["dn"] => (true, ""),
        [rule] => (false, *rule),
        ["dn", rule] => (true, *rule),
        _ => return Err(FilterError),
    };
    let named = |text: &str| if text.is_empty() { Ok(String::new()) } else { description(text) };
    if attribute.is_empty() && rule.is_empty() {
        return Err(FilterError);
    }
    Ok(Node::Extensible { attribute: named(attribute)?, with_dn, rule: named(rule)?, value })
}
