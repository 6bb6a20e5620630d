//! Points in time, as Unix milliseconds, and how the wire writes them.

use serde::{Serialize, Serializer};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time: Unix milliseconds, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From Unix milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// As Unix milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// As whole Unix seconds, rounded down: what a JWT holds (RFC 7519, `NumericDate`).
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This many seconds later; stays at the end of time instead of overflowing.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Reads RFC 3339 text such as `2026-01-31T12:00:00.000Z`. `None` if it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok().map(Self)
    }

    /// The wire's form, `2026-01-31T12:00:00.000Z` (wire-contract, Notation), in ASCII. Written digit by
    /// digit: a list has two of them for each secret. What is before year 0 or after 9999 is shown as 1970.
    #[must_use]
    pub fn to_ascii(self) -> [u8; 24] {
        let time = OffsetDateTime::from_unix_timestamp(self.seconds())
            .ok()
            .filter(|time| time.year() >= 0)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let mut text = *b"0000-00-00T00:00:00.000Z";
        write_digits(&mut text[0..4], year.unsigned_abs());
        write_digits(&mut text[5..7], u8::from(month).into());
        write_digits(&mut text[8..10], day.into());
        write_digits(&mut text[11..13], hour.into());
        write_digits(&mut text[14..16], minute.into());
        write_digits(&mut text[17..19], second.into());
        write_digits(&mut text[20..23], u32::try_from(self.0.rem_euclid(1000)).unwrap_or_default());
        text
    }

    /// Reads the basic form of ISO 8601 in UTC, such as `20260131T120000Z`: as AWS dates requests. `None` if it is
    /// something else.
    #[must_use]
    pub fn parse_basic(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if date.len() != 8 || time.len() != 6 || !is_digits(date) || !is_digits(time) {
            return None;
        }
        let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
        Self::parse(&format!("{year}-{month}-{day}T{}:{}:{}Z", &time[..2], &time[2..4], &time[4..]))
    }

    /// Reads the date of an HTTP header, such as `Sat, 31 Jan 2026 12:00:00 GMT` (RFC 9110, 5.6.7, the preferred
    /// form; the day of the week is not looked at). `None` if it is something else.
    #[must_use]
    pub fn parse_http(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(", ")?;
        let [day, month, year, time, "GMT"] = rest.split(' ').collect::<Vec<_>>()[..] else { return None };
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        Self::parse(&format!("{year}-{month:02}-{day}T{time}Z"))
    }
}

/// As HTTP writes them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Writes a number with leading zeros over all of `digits`.
fn write_digits(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// As [`Timestamp::to_ascii`].
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_ascii()).unwrap_or_default())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.to_ascii()).unwrap_or_default())
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_has_milliseconds_and_reads_back() {
        let time = Timestamp::from_millis(1_769_860_800_007);

        assert_eq!(time.to_string(), "2026-01-31T12:00:00.007Z");
        assert_eq!(Timestamp::parse("2026-01-31T12:00:00.007Z"), Some(time));
        assert_eq!(Timestamp::parse("2026-01-31T13:00:00.007+01:00"), Some(time));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn every_digit_is_where_it_belongs() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "0000-12-31T23:59:59.999Z",
            "9999-10-20T10:20:30.456Z",
            "2028-02-29T01:02:03.040Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "1970-01-01T00:00:00.807Z");
        assert_eq!(Timestamp::from_millis(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn the_forms_of_others_are_read_and_nothing_else() {
        let time = Some(Timestamp::from_millis(1_769_860_800_000));

        assert_eq!(Timestamp::parse_basic("20260131T120000Z"), time);
        for other in
            ["20260131T120000", "2026-01-31T12:00:00Z", "20260132T120000Z", "2026013éT12000Z", "T", ""]
        {
            assert_eq!(Timestamp::parse_basic(other), None, "{other}");
        }
        assert_eq!(Timestamp::parse_http("Sat, 31 Jan 2026 12:00:00 GMT"), time);
        for other in ["Sat, 31 Jan 2026 12:00:00 CET", "31 Jan 2026", "Sat, 31 Foo 2026 12:00:00 GMT", ""] {
            assert_eq!(Timestamp::parse_http(other), None, "{other}");
        }
    }
}
