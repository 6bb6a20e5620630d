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

/// The middle and the ends of some figures.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Spread {
    /// The median.
    pub(crate) median: f64,
    /// The lowest.
    pub(crate) min: f64,
    /// The highest.
    pub(crate) max: f64,
}

impl Spread {
    /// Of `values`; all zero without any.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let min = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let max = values.iter().copied().fold(0.0, f64::max);
        Self { median: median(values), min, max }
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
    fn a_spread_goes_from_the_lowest_to_the_highest() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(Spread::of([]), Spread { median: 0.0, min: 0.0, max: 0.0 });
    }

    #[test]
    fn a_share_of_nothing_is_nothing() {
        assert_eq!(per(6.0, 3.0), 2.0);
        assert_eq!(per(6.0, 0.0), 0.0);
    }
}
