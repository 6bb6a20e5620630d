//! Reading answers.

use super::Request;
use crate::error::Error;

/// Why an answer cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ResponseError {
    /// It does not begin as an HTTP/1.1 answer does.
    #[error("it is not HTTP/1.1")]
    NotHttp,
    /// It does not say how long its body is, and is not chunked either.
    #[error("it has no Content-Length")]
    NoLength,
    /// Its chunks are not those of RFC 9112, 7.1.
    #[error("its chunks are broken")]
    Chunks,
    /// Header lines or body are longer than the bench reads.
    #[error("it is too long")]
    TooLong,
    /// The connection ended first.
    #[error("the connection was closed")]
    Closed,
    /// More bytes came than the answer has.
    #[error("bytes follow its end")]
    Surplus,
}

/// The longest answer that is read, head and body, in bytes.
pub(crate) const LENGTH_MAX: usize = 16 << 20;

/// What the load generator needs to know of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Status code.
    pub(crate) status: u16,
    /// Bytes up to the body.
    pub(crate) length: usize,
    /// Bytes of the body as it came.
    pub(crate) body_length: usize,
    /// Whether those are chunks.
    pub(crate) is_chunked: bool,
}

/// What a head says of the length of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many bytes.
    Known(usize),
    /// It comes in chunks (RFC 9112, 7.1), as peers send long answers. Tacit never does.
    Chunked,
}

/// Reads status, length of the head, and length of the body from the start of an answer.
/// `None`: the end of the head has not come yet.
pub(crate) fn parse_head(bytes: &[u8]) -> Result<Option<(u16, usize, Length)>, ResponseError> {
    let Some(mut start) = line_end(bytes, 0) else { return Ok(None) };
    let status = parse_status(&bytes[..start])?;
    let mut length = None;
    loop {
        let Some(end) = line_end(bytes, start) else { return Ok(None) };
        let line = trim(&bytes[start..end]);
        start = end;
        if line.is_empty() {
            break;
        }
        if let Some(value) = content_length(line) {
            length = Some(Length::Known(value?));
        } else if line.eq_ignore_ascii_case(b"transfer-encoding: chunked") {
            length = Some(Length::Chunked);
        }
    }
    // RFC 9110, 15.3.5 and 15.4.5: these have no body, whatever their fields say.
    let length = if matches!(status, 204 | 304) { Some(Length::Known(0)) } else { length };
    Ok(Some((status, start, length.ok_or(ResponseError::NoLength)?)))
}

/// The length of a chunked body up to the end of its last chunk. `None`: that has not come yet.
pub(crate) fn chunks_end(bytes: &[u8]) -> Result<Option<usize>, ResponseError> {
    let mut start = 0;
    while let Some((data, length)) = chunk(bytes, start)? {
        start = data + length + b"\r\n".len();
        if start > bytes.len() {
            return Ok(None);
        }
        if length == 0 {
            return Ok(Some(start));
        }
    }
    Ok(None)
}

/// Where the data of the chunk at `start` begins, and how long it is, if its first line has come.
fn chunk(bytes: &[u8], start: usize) -> Result<Option<(usize, usize)>, ResponseError> {
    let Some(data) = line_end(bytes, start) else { return Ok(None) };
    let size = std::str::from_utf8(trim(&bytes[start..data])).ok();
    let size = size.and_then(|size| usize::from_str_radix(size, 16).ok()).filter(|size| *size <= LENGTH_MAX);
    Ok(Some((data, size.ok_or(ResponseError::Chunks)?)))
}

/// The data of all chunks of a whole body.
fn join_chunks(bytes: &[u8]) -> Vec<u8> {
    let (mut joined, mut start) = (Vec::with_capacity(bytes.len()), 0);
    while let Ok(Some((data, length))) = chunk(bytes, start) {
        joined.extend(bytes.get(data..data + length).unwrap_or_default());
        start = data + length + b"\r\n".len();
    }
    joined
}

/// The index after the end of the line that begins at `start`, if the line is complete.
fn line_end(bytes: &[u8], start: usize) -> Option<usize> {
    bytes[start..].iter().position(|byte| *byte == b'\n').map(|at| start + at + 1)
}

/// A line without the bytes that end it.
fn trim(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r\n").unwrap_or(line)
}

/// The status of a line such as `HTTP/1.1 200 OK`.
fn parse_status(line: &[u8]) -> Result<u16, ResponseError> {
    let rest = line.strip_prefix(b"HTTP/1.1 ").ok_or(ResponseError::NotHttp)?;
    let digits = rest.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).ok_or(ResponseError::NotHttp)
}

/// The value, if this header line is a Content-Length.
fn content_length(line: &[u8]) -> Option<Result<usize, ResponseError>> {
    const NAME: &[u8] = b"content-length:";
    let (name, value) = line.split_at_checked(NAME.len())?;
    if !name.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let value = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok());
    Some(value.ok_or(ResponseError::NoLength))
}

/// A whole answer, for the preparation and for the floor to copy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    /// Status code.
    pub(crate) status: u16,
    /// Header fields in their order, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body; empty if it is no UTF-8, which no answer of the API is.
    pub(crate) body: String,
}

impl Response {
    /// Takes an answer apart. `bytes` is exactly one answer and `head` was parsed from it.
    pub(crate) fn new(head: Head, bytes: &[u8]) -> Self {
        let (lines, body) = bytes.split_at(head.length);
        let lines = String::from_utf8_lossy(lines);
        let headers = lines.lines().skip(1).filter_map(|line| line.split_once(':'));
        let body = if head.is_chunked { join_chunks(body) } else { body.to_vec() };
        Self {
            status: head.status,
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect(),
            body: String::from_utf8(body).unwrap_or_default(),
        }
    }

    /// The first value of a header; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The error that this answer to `request` is.
    pub(crate) fn unexpected(&self, request: &Request, expected: u16) -> Error {
        Error::Status { request: request.name(), status: self.status, expected, body: self.excerpt() }
    }

    /// The start of the body on one line.
    fn excerpt(&self) -> String {
        let printable = self.body.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        printable.take(200).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nETag: \"x:y\"\r\nCONTENT-Length:  5\r\n\r\nhello";

    #[test]
    fn an_answer_of_known_length_is_read() {
        let start = ANSWER.len() - 5;
        let head = Head { status: 200, length: start, body_length: 5, is_chunked: false };

        assert_eq!(parse_head(ANSWER), Ok(Some((200, start, Length::Known(5)))));
        let response = Response::new(head, ANSWER);
        assert_eq!(response.header("etag"), Some("\"x:y\""));
        assert_eq!(response.body, "hello");
    }

    #[test]
    fn a_head_that_has_not_all_come_is_awaited() {
        let (_, start, _) = parse_head(ANSWER).unwrap().unwrap();

        for length in 0..start {
            assert_eq!(parse_head(&ANSWER[..length]), Ok(None), "{length} bytes");
        }
    }

    #[test]
    fn a_304_has_no_body_with_or_without_a_length() {
        for answer in ["HTTP/1.1 304 Not Modified\r\n\r\n", "HTTP/1.1 304 X\r\ncontent-length: 48000\r\n\r\n"]
        {
            let head = parse_head(answer.as_bytes()).unwrap().unwrap();
            assert_eq!(head, (304, answer.len(), Length::Known(0)));
        }
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        for line in ["transfer-encoding: gzip", "content-length: five", "content-length: -1", "x: y"] {
            let answer = format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n");
            assert_eq!(parse_head(answer.as_bytes()), Err(ResponseError::NoLength), "{line}");
        }
    }

    #[test]
    fn chunks_are_read_when_the_last_has_come() {
        let body = b"4\r\nabcd\r\nA\r\n0123456789\r\n0\r\n\r\n";

        for length in 0..body.len() {
            assert_eq!(chunks_end(&body[..length]), Ok(None), "{length} bytes");
        }
        assert_eq!(chunks_end(body), Ok(Some(body.len())));
        assert_eq!(join_chunks(body), b"abcd0123456789");
        assert_eq!(chunks_end(b"x\r\n"), Err(ResponseError::Chunks));
        assert_eq!(chunks_end(b"ffffffffffffffff\r\n"), Err(ResponseError::Chunks));
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for answer in ["SSH-2.0-OpenSSH\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.1 OK\r\n", "HTTP/1.1 2\r\n"] {
            assert_eq!(parse_head(answer.as_bytes()), Err(ResponseError::NotHttp), "{answer}");
        }
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        let response = Response { status: 400, headers: Vec::new(), body: "a\nb".repeat(1000) };

        assert_eq!(response.excerpt().chars().count(), 200);
        assert!(response.excerpt().starts_with("a ba b"));
    }
}
