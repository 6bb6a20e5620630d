//! The Basic Encoding Rules, as far as RFC 4511, section 5.1 permits them: definite lengths, tags of one byte.

use zeroize::Zeroizing;

use super::Malformed;

/// The largest message that is read, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// A boolean.
pub(super) const BOOLEAN: u8 = 0x01;
/// An integer.
pub(super) const INTEGER: u8 = 0x02;
/// Bytes.
pub(super) const OCTETS: u8 = 0x04;
/// One of a list of numbers.
pub(super) const ENUMERATED: u8 = 0x0a;
/// Parts in order.
pub(super) const SEQUENCE: u8 = 0x30;
/// Parts without an order.
pub(super) const SET: u8 = 0x31;

/// Room that a message begins with, so that those with a password are not copied while they grow.
const ROOM: usize = 2048;

/// Writes elements one after the other. What is written may be a password.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(ROOM)))
    }

    /// An element of these bytes.
    pub(super) fn bytes(&mut self, tag: u8, bytes: &[u8]) -> &mut Self {
        self.0.push(tag);
        self.length(bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    /// A number from 0 to 127.
    pub(super) fn small(&mut self, tag: u8, number: u8) -> &mut Self {
        self.bytes(tag, &[number & 0x7f])
    }

    /// An element that holds others.
    pub(super) fn holding(&mut self, tag: u8, write: impl FnOnce(&mut Self)) -> &mut Self {
        let mut inner = Self::new();
        write(&mut inner);
        self.bytes(tag, &inner.0)
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    fn length(&mut self, length: usize) {
        let bytes = length.to_be_bytes();
        match u8::try_from(length) {
            Ok(short) if short < 0x80 => self.0.push(short),
            _ => {
                let from = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
                #[expect(clippy::cast_possible_truncation, reason = "a usize has at most 8 bytes")]
                self.0.push(0x80 | (bytes.len() - from) as u8);
                self.0.extend_from_slice(&bytes[from..]);
            }
        }
    }
}

/// Reads elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element: its tag and its content.
    pub(super) fn element(&mut self) -> Result<(u8, &'a [u8]), Malformed> {
        let (head, length) = head(self.0)?.ok_or(Malformed)?;
        let tag = *self.0.first().ok_or(Malformed)?;
        let rest = self.0.get(head..).ok_or(Malformed)?;
        let (content, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok((tag, content))
    }

    /// The content of the next element, which has this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        match self.element()? {
            (found, content) if found == tag => Ok(content),
            _ => Err(Malformed),
        }
    }

    /// The next element as text.
    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        std::str::from_utf8(self.expect(OCTETS)?).map(str::to_owned).map_err(|_| Malformed)
    }

    /// The next element as a number that is not negative.
    pub(super) fn number(&mut self, tag: u8) -> Result<u32, Malformed> {
        match self.expect(tag)? {
            [] => Err(Malformed),
            [first, ..] if *first >= 0x80 => Err(Malformed),
            bytes => bytes.iter().try_fold(0_u32, |number, byte| {
                Ok(number.checked_mul(256).ok_or(Malformed)? | u32::from(*byte))
            }),
        }
    }
}

/// How long tag and length of the first element are, and how long its content; `None` if more bytes are needed to know.
pub(super) fn head(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let [tag, first, ..] = *bytes else { return Ok(None) };
    if tag & 0x1f == 0x1f {
        return Err(Malformed);
    }
    if first < 0x80 {
        return Ok(Some((2, first.into())));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return Err(Malformed);
    }
    let Some(bytes) = bytes.get(2..2 + count) else { return Ok(None) };
    let length = bytes.iter().fold(0_u64, |length, byte| length << 8 | u64::from(*byte));
    match usize::try_from(length) {
        Ok(length) if length <= MESSAGE_BYTES_MAX => Ok(Some((2 + count, length))),
        _ => Err(Malformed),
    }
}
