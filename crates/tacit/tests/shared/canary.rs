//! Secrets that are made up so that they are found wherever they leak to, also encoded.

/// How a secret could stand somewhere.
pub struct Canary {
    secret: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Canary {
    /// Of a text that is nowhere else, and long enough that no chance makes it.
    pub fn new(secret: &str) -> Self {
        assert!(secret.len() >= 12, "{secret} could be found by chance");
        let bytes = secret.as_bytes();
        let json = serde_json::to_string(secret).unwrap();
        let url: String = form_urlencoded::byte_serialize(bytes).collect();
        let mut forms = vec![
            ("as it is", bytes.to_vec()),
            ("in JSON", json.trim_matches('"').as_bytes().to_vec()),
            ("in JSON in JSON", escaped(&json)),
            ("in a URL", url.clone().into_bytes()),
            ("in a path", url.replace('+', "%20").into_bytes()),
            ("in hex", hex(bytes).into_bytes()),
            ("in capital hex", hex(bytes).to_uppercase().into_bytes()),
            ("as numbers", numbers(bytes).into_bytes()),
        ];
        for shift in 0..3 {
            let text = base64(&bytes[shift..]);
            forms.push(("in base64url", text.replace('+', "-").replace('/', "_").into_bytes()));
            forms.push(("in base64", text.into_bytes()));
        }
        Self { secret: secret.to_owned(), forms }
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.secret
    }

    /// In which form it stands in these bytes, if it does, with what is before it.
    pub fn found_in(&self, bytes: &[u8]) -> Option<String> {
        let (form, place) =
            self.forms.iter().find_map(|(form, text)| Some((*form, position(bytes, text)?)))?;
        let around =
            String::from_utf8_lossy(&bytes[place.saturating_sub(120)..(place + 40).min(bytes.len())]);
        Some(format!("{} {form}: …{around}…", self.secret))
    }
}

fn escaped(json: &str) -> Vec<u8> {
    let twice = serde_json::to_string(json).unwrap();
    twice.trim_matches('"').trim_start_matches("\\\"").trim_end_matches("\\\"").as_bytes().to_vec()
}

/// By its first byte, which is fast enough for files.
fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(next) = bytes[from..].iter().position(|byte| *byte == text[0]) {
        from += next;
        if bytes[from..].starts_with(text) {
            return Some(from);
        }
        from += 1;
    }
    None
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// As `Debug` shows bytes.
fn numbers(bytes: &[u8]) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

/// Whole groups of three bytes alone, so that it is found also in the middle of something longer.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let number = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(number >> shift) as usize & 63]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

#[test]
fn a_canary_is_found_in_every_form() {
    let canary = Canary::new("canary /\"+7f3a");
    for text in [
        "x canary /\"+7f3a y",
        r#"{"a":"canary /\"+7f3a"}"#,
        r#""{\"a\":\"canary /\\\"+7f3a\"}""#,
        "?a=canary+%2F%22%2B7f3a",
        "/canary%20%2F%22%2B7f3a",
        "\\x63616e617279202f222b37663361",
        "x2NhbmFyeSAvIis3ZjNhx",
        "Y2FuYXJ5IC8iKzdmM2E",
        "eGNhbmFyeSAvIis3ZjNh",
        "[99, 97, 110, 97, 114, 121, 32, 47, 34, 43, 55, 102, 51, 97]",
    ] {
        assert!(canary.found_in(text.as_bytes()).is_some(), "{text}");
    }
    assert_eq!(canary.found_in(b"canary /+7f3a"), None);
}
