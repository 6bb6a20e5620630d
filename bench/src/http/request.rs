//! Requests: described once, encoded once, sent many times.

/// Stands in a path for the number of the request; see [`Encoded::set_number`].
/// No path can hold it by accident: `#` begins a fragment, which is never sent.
pub(crate) const NUMBER: &str = "########";

/// One request.
#[derive(Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Request {
    /// A GET of `path`, which may hold [`NUMBER`] and a query.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: Vec::new(), body: String::new() }
    }

    /// A POST of a JSON body.
    pub(crate) fn post(path: impl Into<String>, body: &serde_json::Value) -> Self {
        let headers = vec![("Content-Type", "application/json".to_owned())];
        Self { method: "POST", path: path.into(), headers, body: body.to_string() }
    }

    /// A PATCH with a JSON body.
    pub(crate) fn patch(path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self { method: "PATCH", ..Self::post(path, body) }
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With the header that authenticates the caller (RFC 6750).
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// Method and path without the query, for messages.
    pub(crate) fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }

    /// The bytes to send, with number 0.
    pub(crate) fn encode(&self) -> Encoded {
        let Self { method, path, body, .. } = self;
        // Without the port, so that floor and server are sent the same bytes.
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: tacit-bench\r\n");
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if !body.is_empty() {
            text.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        text.extend(["\r\n", body]);
        let mut encoded = Encoded { number_at: text.find(NUMBER), bytes: text.into_bytes() };
        encoded.set_number(0);
        encoded
    }
}

/// The bytes of a request.
#[derive(Clone)]
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    number_at: Option<usize>,
}

impl Encoded {
    /// Writes `number`, its last eight decimal digits, where the path holds [`NUMBER`].
    pub(crate) fn set_number(&mut self, mut number: u64) {
        let Some(start) = self.number_at else { return };
        for digit in self.bytes[start..start + NUMBER.len()].iter_mut().rev() {
            *digit = b"0123456789"[usize::try_from(number % 10).unwrap_or(0)];
            number /= 10;
        }
    }

    /// The bytes to send.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_get_has_no_body() {
        let encoded = Request::get("/api/status?x=1").header("If-None-Match", "\"a\"").encode();

        let text = std::str::from_utf8(encoded.bytes()).unwrap();
        assert_eq!(
            text,
            "GET /api/status?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: tacit-bench\r\n\
             If-None-Match: \"a\"\r\n\r\n"
        );
    }

    #[test]
    fn a_post_says_how_long_its_body_is() {
        let encoded = Request::post("/login", &json!({ "a": "ü" })).bearer("t").encode();

        let text = std::str::from_utf8(encoded.bytes()).unwrap();
        assert!(text.contains("\r\nAuthorization: Bearer t\r\n"), "{text}");
        assert!(text.ends_with("\r\nContent-Length: 10\r\n\r\n{\"a\":\"ü\"}"), "{text}");
    }

    #[test]
    fn the_number_is_written_into_the_path() {
        let mut encoded = Request::get(format!("/secrets/BENCH_{NUMBER}?a=b")).encode();

        assert!(encoded.bytes().starts_with(b"GET /secrets/BENCH_00000000?a=b HTTP/1.1\r\n"));
        encoded.set_number(42);
        assert!(encoded.bytes().starts_with(b"GET /secrets/BENCH_00000042?a=b HTTP/1.1\r\n"));
        encoded.set_number(12_345_678);
        assert!(encoded.bytes().starts_with(b"GET /secrets/BENCH_12345678?a=b HTTP/1.1\r\n"));
    }

    #[test]
    fn a_name_for_messages_has_no_query() {
        assert_eq!(Request::get("/a/b?c=d").name(), "GET /a/b");
    }
}
