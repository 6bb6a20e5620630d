//! Requests as bytes, and bytes as responses (RFC 4511, section 4).

use std::fmt::{self, Display, Formatter};

use zeroize::Zeroizing;

use super::{
    Filter, Malformed,
    ber::{BOOLEAN, ENUMERATED, INTEGER, OCTETS, Reader, SEQUENCE, SET, Writer, head},
};

const BIND_REQUEST: u8 = 0x60;
const BIND_RESPONSE: u8 = 0x61;
const SEARCH_REQUEST: u8 = 0x63;
const SEARCH_ENTRY: u8 = 0x64;
const SEARCH_DONE: u8 = 0x65;
const SEARCH_REFERENCE: u8 = 0x73;
const EXTENDED_REQUEST: u8 = 0x77;
const EXTENDED_RESPONSE: u8 = 0x78;

/// The password of a bind, and the name of an extended request.
const CONTEXT_0: u8 = 0x80;
const VERSION: u8 = 3;
/// The name of the request for TLS (RFC 4511, section 4.14).
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";
/// Asks for no attribute at all (RFC 4511, section 4.5.1.8).
const NO_ATTRIBUTES: &str = "1.1";
/// Entries that are asked for: with the second it is clear that the first is not the only one.
const ENTRIES_MAX: u8 = 2;
/// Seconds that the directory may search.
const SECONDS_MAX: u8 = 5;
/// Below everything that the base holds.
const WHOLE_SUBTREE: u8 = 2;
/// Aliases are not followed: they could lead out of the base.
const NEVER_FOLLOW: u8 = 0;

/// A search.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The entry below which to search.
    pub base: &'a str,
    /// What to find.
    pub filter: &'a Filter,
    /// What the user name in the filter is. It is compared, and never read as a filter.
    pub user_name: &'a str,
    /// The attributes to be told of what is found.
    pub attributes: &'a [&'a str],
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome(u32);

impl Outcome {
    /// It was done.
    pub const SUCCESS: Self = Self(0);
    /// There are more entries than were asked for.
    pub const TOO_MANY: Self = Self(4);
    /// Name or password are wrong.
    pub const WRONG_CREDENTIALS: Self = Self(49);
}

impl Display for Outcome {
    /// The names of RFC 4511, appendix A.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            0 => "success",
            1 => "operationsError",
            2 => "protocolError",
            3 => "timeLimitExceeded",
            4 => "sizeLimitExceeded",
            7 => "authMethodNotSupported",
            8 => "strongerAuthRequired",
            10 => "referral",
            11 => "adminLimitExceeded",
            13 => "confidentialityRequired",
            16 => "noSuchAttribute",
            32 => "noSuchObject",
            34 => "invalidDNSyntax",
            48 => "inappropriateAuthentication",
            49 => "invalidCredentials",
            50 => "insufficientAccessRights",
            51 => "busy",
            52 => "unavailable",
            53 => "unwillingToPerform",
            _ => "another result",
        };
        write!(f, "{name} ({})", self.0)
    }
}

/// An entry of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: String,
    attributes: Vec<(String, Vec<String>)>,
}

impl Entry {
    /// The values of an attribute that are text; its name may be spelled in capitals or not.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.attributes.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name));
        of_name.flat_map(|(_, values)| values).map(String::as_str)
    }
}

/// What a directory answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The end of a bind.
    Bound(Outcome),
    /// Something that a search found.
    Entry(Entry),
    /// Another directory that may know more. It is not asked.
    Reference,
    /// The end of a search.
    Searched(Outcome),
    /// The end of an extended request.
    Extended(Outcome),
}

/// Who is it, by name and password. The message holds the password.
#[must_use]
pub fn bind_request(id: u8, dn: &str, password: &str) -> Zeroizing<Vec<u8>> {
    message(id, |message| {
        message.holding(BIND_REQUEST, |bind| {
            bind.small(INTEGER, VERSION).bytes(OCTETS, dn.as_bytes());
            bind.bytes(CONTEXT_0, password.as_bytes());
        });
    })
}

/// Asks for what a filter finds.
#[must_use]
pub fn search_request(id: u8, search: Search<'_>) -> Zeroizing<Vec<u8>> {
    let attributes = if search.attributes.is_empty() { &[NO_ATTRIBUTES] } else { search.attributes };
    message(id, |message| {
        message.holding(SEARCH_REQUEST, |request| {
            request.bytes(OCTETS, search.base.as_bytes());
            request.small(ENUMERATED, WHOLE_SUBTREE).small(ENUMERATED, NEVER_FOLLOW);
            request.small(INTEGER, ENTRIES_MAX).small(INTEGER, SECONDS_MAX).small(BOOLEAN, 0);
            search.filter.write(search.user_name, request);
            request.holding(SEQUENCE, |list| {
                for attribute in attributes {
                    list.bytes(OCTETS, attribute.as_bytes());
                }
            });
        });
    })
}

/// Asks to go on under TLS.
#[must_use]
pub fn start_tls_request(id: u8) -> Zeroizing<Vec<u8>> {
    message(id, |message| {
        message.holding(EXTENDED_REQUEST, |request| {
            request.bytes(CONTEXT_0, START_TLS);
        });
    })
}

fn message(id: u8, write: impl FnOnce(&mut Writer)) -> Zeroizing<Vec<u8>> {
    let mut all = Writer::new();
    all.holding(SEQUENCE, |message| {
        message.small(INTEGER, id);
        write(message);
    });
    all.finish()
}

/// How many bytes the message has that begins so; `None` if more of it is needed to know.
///
/// # Errors
///
/// [`Malformed`] if no message begins so, or it is too large.
pub fn message_length(begin: &[u8]) -> Result<Option<usize>, Malformed> {
    if begin.first().is_some_and(|tag| *tag != SEQUENCE) {
        return Err(Malformed);
    }
    Ok(head(begin)?.map(|(head, content)| head + content))
}

/// Reads one whole message: the number of the request that it answers, and the answer.
///
/// # Errors
///
/// [`Malformed`].
pub fn read_response(message: &[u8]) -> Result<(u32, Response), Malformed> {
    let mut message = Reader::new(Reader::new(message).expect(SEQUENCE)?);
    let id = message.number(INTEGER)?;
    let (tag, content) = message.element()?;
    let mut content = Reader::new(content);
    let response = match tag {
        BIND_RESPONSE => Response::Bound(outcome(&mut content)?),
        SEARCH_ENTRY => Response::Entry(entry(&mut content)?),
        SEARCH_REFERENCE => Response::Reference,
        SEARCH_DONE => Response::Searched(outcome(&mut content)?),
        EXTENDED_RESPONSE => Response::Extended(outcome(&mut content)?),
        _ => return Err(Malformed),
    };
    Ok((id, response))
}

fn outcome(content: &mut Reader<'_>) -> Result<Outcome, Malformed> {
    content.number(ENUMERATED).map(Outcome)
}

fn entry(content: &mut Reader<'_>) -> Result<Entry, Malformed> {
    let dn = content.text()?;
    let mut list = Reader::new(content.expect(SEQUENCE)?);
    let mut attributes = Vec::new();
    while !list.is_empty() {
        let mut attribute = Reader::new(list.expect(SEQUENCE)?);
        let name = attribute.text()?;
        let mut set = Reader::new(attribute.expect(SET)?);
        let mut values = Vec::new();
        while !set.is_empty() {
            // A picture or a password hash is no text, and nothing to compare with one.
            values.extend(std::str::from_utf8(set.expect(OCTETS)?).map(str::to_owned));
        }
        attributes.push((name, values));
    }
    Ok(Entry { dn, attributes })
}
