//! Lists of numbers in which one number often follows itself.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// A list of numbers from 0 on, written so that a run of three or more takes two: the number, and how
/// often it comes once more, below zero. `7, 7, 7, 7, 2` is `[7, -3, 2]`. It is never longer for it.
#[derive(Debug, Default, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Runs(Vec<i64>);

/// A shorter run is written as it is.
const RUN_MIN: usize = 3;

impl Runs {
    /// Adds a number. One below zero would be read as a run and counts as 0.
    pub(crate) fn push(&mut self, number: impl TryInto<i64>) {
        self.0.push(number.try_into().unwrap_or(0).max(0));
    }
}

impl Serialize for Runs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.chunk_by(|one, next| one == next).flat_map(written))
    }
}

fn written(run: &[i64]) -> Vec<i64> {
    match run {
        [number, more @ ..] if run.len() >= RUN_MIN => {
            vec![*number, -i64::try_from(more.len()).unwrap_or(i64::MAX)]
        }
        _ => run.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Runs;

    #[test]
    fn runs_of_three_and_more_are_written_as_a_number_and_how_often_it_comes_again() {
        for (list, written) in [
            (vec![], json!([])),
            (vec![7, 7, 7, 7, 2], json!([7, -3, 2])),
            (vec![1, 1, 2, 2, 2], json!([1, 1, 2, -2])),
            (vec![0; 10_000], json!([0, -9_999])),
        ] {
            let mut runs = Runs::default();
            for number in list {
                runs.push(number);
            }
            assert_eq!(json!(runs), written);
        }
    }

    #[test]
    fn a_number_below_zero_is_no_run() {
        let mut runs = Runs::default();
        runs.push(-1);
        assert_eq!(json!(runs), json!([0]));
    }
}
