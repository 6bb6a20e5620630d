//! Reading a key from base64. Writing is always hexadecimal, so there is no encoder.

use zeroize::Zeroizing;

/// Reads 32 bytes from base64 (RFC 4648) of either alphabet: 43 characters and at most one `=`.
/// `None` if `text` is anything else.
pub(super) fn decode_base64_32(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.strip_suffix('=').unwrap_or(text).as_bytes();
    if digits.len() != 43 {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    let mut rest = bytes.iter_mut();
    let mut pending = 0_u16;
    let mut pending_bits = 0;
    for character in digits {
        pending = pending << 6 | u16::from(digit(*character)?);
        pending_bits += 6;
        if pending_bits >= 8 {
            pending_bits -= 8;
            *rest.next()? = u8::try_from(pending >> pending_bits).ok()?;
            pending &= (1 << pending_bits) - 1;
        }
    }
    // The last character carries two bits more than 32 bytes have.
    (pending == 0).then_some(bytes)
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
