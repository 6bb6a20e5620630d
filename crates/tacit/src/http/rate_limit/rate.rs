//! `100/s`.

use std::{fmt, str::FromStr};

use serde::Deserialize;

/// Most requests that a rate may name: above that a limit is none.
const COUNT_MAX: u32 = 1_000_000;
const NANOSECONDS_A_SECOND: u64 = 1_000_000_000;

/// So many requests in a second, minute or hour, all of which may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Rate {
    count: u32,
    period_seconds: u64,
}

impl Rate {
    /// How many requests may come at once.
    pub(super) const fn count(self) -> u32 {
        self.count
    }

    /// After how many nanoseconds one more may come. At least 1000: a second holds a million at most.
    pub(super) const fn interval(self) -> u64 {
        self.period_seconds * NANOSECONDS_A_SECOND / self.count as u64
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no rate such as 100/s, 20/min or 500/h, with 1 to {COUNT_MAX} requests");
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let period_seconds = match unit {
            "s" => 1,
            "min" => 60,
            "h" => 3_600,
            _ => return Err(wrong()),
        };
        match count.parse() {
            Ok(count @ 1..=COUNT_MAX) => Ok(Self { count, period_seconds }),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.period_seconds {
            1 => "s",
            60 => "min",
            _ => "h",
        };
        write!(f, "{}/{unit}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_count_and_a_unit_of_time() {
        for text in ["1/s", "100/s", "20/min", "1000000/h"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in
            ["", "100", "0/s", "-1/s", "1.5/s", "1000001/s", "1/m", "1/ s", "/s", "1/s/s", "99999999999/s"]
        {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn requests_are_evenly_apart_in_the_long_run() {
        assert_eq!("1000000/s".parse::<Rate>().unwrap().interval(), 1_000);
        assert_eq!("60/min".parse::<Rate>().unwrap().interval(), NANOSECONDS_A_SECOND);
    }
}
