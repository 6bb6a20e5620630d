//! Small sums over samples.

/// The middle of `values`, or the mean of the two in the middle. Zero without values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// `count` as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds of a benchmark stay far below 2^52")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// `part` of each of `count`; zero of none.
pub(crate) fn per(part: f64, count: f64) -> f64 {
    if count > 0.0 { part / count } else { 0.0 }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these sums are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median([7.0]), 7.0);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn a_share_of_nothing_is_nothing() {
        assert_eq!(per(6.0, 3.0), 2.0);
        assert_eq!(per(6.0, 0.0), 0.0);
    }
}
