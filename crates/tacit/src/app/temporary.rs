//! How long something temporary lasts, as people write it: `1h`, `30d`, `2 weeks`.

/// The longest range, in seconds: a hundred years.
const SECONDS_MAX: i64 = 100 * 365 * DAY;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Reads a range such as `90s`, `1h`, `30d` or `2 weeks`, in seconds. A year has 365 days.
///
/// `None` if it is something else, not above zero, or longer than a hundred years.
#[must_use]
pub fn parse_range(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let seconds = number.parse::<i64>().ok()?.checked_mul(unit_seconds(unit.trim_start())?)?;
    (1..=SECONDS_MAX).contains(&seconds).then_some(seconds)
}

fn unit_seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7 * DAY,
        "y" | "yr" | "yrs" | "year" | "years" => 365 * DAY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_a_number_and_a_unit() {
        assert_eq!(parse_range("1h"), Some(3600));
        assert_eq!(parse_range(" 30d "), Some(30 * 86400));
        assert_eq!(parse_range("2 Weeks"), Some(14 * 86400));
        assert_eq!(parse_range("90s"), Some(90));
        assert_eq!(parse_range("1y"), Some(365 * 86400));
    }

    #[test]
    fn nothing_negative_endless_or_unknown_is_a_range() {
        for text in ["", "h", "0h", "-1h", "1", "1.5h", "1 fortnight", "101y", "99999999999999999999d", "1h1"]
        {
            assert_eq!(parse_range(text), None, "{text}");
        }
    }
}
