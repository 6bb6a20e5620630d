//! ETags (`decisions.md` 23): a keyed hash of the answer's bytes, so that a tag reveals nothing of a
//! value, and equal exactly when the answer is.

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH},
        request::Parts,
    },
    response::{IntoResponse, Response},
};

use crate::app::{
    App,
    answers::{Answer, AnswerTag, TagSource},
};

/// Tags that one request can name at most; those after are not looked at.
const HELD_MAX: usize = 16;
/// What kind of text an answer is.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Room for the headers of an answer from memory, those that the shell adds among them.
const HEADERS: usize = 8;

/// The tags of the answers that the client holds, as far as they can be ours. Empty for `*`: whether
/// there is anything at all is known only when the answer is made.
#[derive(Debug, Default)]
pub(crate) struct Held(pub(super) Vec<AnswerTag>);

impl FromRequestParts<App> for Held {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

impl Held {
    fn of(headers: &HeaderMap) -> Self {
        let texts = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        Self(texts.flat_map(entries).filter_map(parse).take(HELD_MAX).collect())
    }
}

/// The tag of an answer with these bytes.
pub(super) fn of(app: &App, bytes: &[u8]) -> AnswerTag {
    let hash = app.keys.etags.hash(bytes);
    let mut tag = AnswerTag::default();
    tag.copy_from_slice(&hash[..16]);
    tag
}

/// The tag as a header: 32 hexadecimal digits in quotes.
pub(super) fn header(tag: AnswerTag) -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'"'; 34];
    for (digits, byte) in text[1..33].chunks_exact_mut(2).zip(tag) {
        digits.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Answers 304 to a client that holds the answer, and else gives it its JSON.
pub(super) fn respond<T>(answer: Answer<T>, json: impl FnOnce(&T) -> Vec<u8>) -> Response {
    match answer {
        Answer::Unchanged(tag) => (StatusCode::NOT_MODIFIED, [(ETAG, header(tag))]).into_response(),
        Answer::Known(tag, body) => {
            let mut response = Response::new(Body::from(body));
            let headers = response.headers_mut();
            headers.reserve(HEADERS);
            headers.insert(CONTENT_TYPE, JSON);
            headers.insert(ETAG, header(tag));
            response
        }
        Answer::Made(content, source) => {
            let mut response = ([(CONTENT_TYPE, JSON)], json(&content)).into_response();
            response.extensions_mut().insert(source);
            response
        }
    }
}

/// The tag of a response with this body, kept for the next time if it can be.
pub(super) fn settle(app: &App, source: Option<TagSource>, body: &[u8]) -> AnswerTag {
    match source {
        Some(TagSource::Known(tag)) => tag,
        Some(TagSource::New(answer)) => {
            let tag = of(app, body);
            app.answers.keep(&answer, tag, body);
            tag
        }
        Some(TagSource::Bytes) | None => of(app, body),
    }
}

/// Whether an If-None-Match header names the tag: a list, weak tags and `*` included (RFC 9110 13.1.2).
pub(super) fn names(header: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(header), Ok(tag)) = (header.to_str(), tag.to_str()) else { return false };
    entries(header).any(|one| one == "*" || one == tag)
}

/// The entries of an If-None-Match header, weak ones like strong ones.
fn entries(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(str::trim).map(|one| one.strip_prefix("W/").unwrap_or(one))
}

/// Reads a tag as [`header`] writes it. Another server's tag is none of ours.
fn parse(text: &str) -> Option<AnswerTag> {
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut tag = AnswerTag::default();
    if digits.len() != 2 * tag.len() || !digits.is_ascii() {
        return None;
    }
    for (byte, place) in tag.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&digits[place..place + 2], 16).ok()?;
    }
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_is_written() {
        let tag = [0, 1, 0x2f, 0xff, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xab];
        assert_eq!(parse(header(tag).to_str().unwrap()), Some(tag));
        for other in ["", "\"", "\"\"", "\"abc\"", "*", "000102", &format!("\"{}\"", "é".repeat(16))] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn lists_and_weak_tags_are_held_and_a_star_is_not() {
        let tag = header([7; 16]).to_str().unwrap().to_owned();
        let held = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(text).unwrap());
            Held::of(&headers).0.len()
        };
        assert_eq!(held(&tag), 1);
        assert_eq!(held(&format!("W/{tag}, \"x\" , {tag}")), 2);
        assert_eq!(held("*"), 0);
        assert_eq!(held(&vec![tag; 100].join(",")), HELD_MAX);
    }
}
