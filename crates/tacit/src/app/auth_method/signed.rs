//! What signed requests of clouds have in common: they are good for a short time, and for texts of a simple form.

use tacit_core::time::Timestamp;

use super::checks::{Checks, Refused};

/// Looks at when a request was signed: it must be about now, whatever the cloud itself would still take.
///
/// # Errors
///
/// [`Refused`] if it was signed longer than `seconds` ago, or is dated later than that from now, or has no date.
pub(super) fn verify_time(
    signed_at: Option<Timestamp>,
    now: Timestamp,
    seconds: i64,
    checks: &mut Checks,
) -> Result<(), Refused> {
    let Some(signed_at) = signed_at else { return checks.fail("time", "it does not say when it was signed") };
    let is_near = signed_at.plus_seconds(seconds) >= now && now.plus_seconds(seconds) >= signed_at;
    checks.require(
        "time",
        is_near,
        format!("signed at {signed_at}, it is {now}, at most {seconds} s may be between"),
    )
}

/// Whether a text has only visible ASCII characters and spaces, so many at most: then it can stand in a header.
pub(super) fn is_header_value(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_good_for_a_while_around_its_date() {
        let now = Timestamp::from_millis(1_000_000);
        let verify = |signed_at| verify_time(signed_at, now, 300, &mut Checks::default());
        for good in [700_000, 1_000_000, 1_300_000] {
            assert_eq!(verify(Some(Timestamp::from_millis(good))), Ok(()), "{good}");
        }
        for bad in [0, 699_999, 1_300_001, i64::MAX] {
            assert_eq!(verify(Some(Timestamp::from_millis(bad))), Err(Refused), "{bad}");
        }
        assert_eq!(verify(None), Err(Refused));
    }
}
