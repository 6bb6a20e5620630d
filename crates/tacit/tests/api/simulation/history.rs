//! What the database held, and since when.

/// States with the milliseconds of the simulation at which they began.
pub struct History<T>(Vec<(i64, T)>);

impl<T: Clone> History<T> {
    /// One state from the beginning.
    pub fn new(first: T) -> Self {
        Self(vec![(0, first)])
    }

    /// The number of the present state.
    pub fn last(&self) -> usize {
        self.0.len() - 1
    }

    /// The present state.
    pub fn present(&self) -> T {
        self.0[self.last()].1.clone()
    }

    /// Another state from now on.
    pub fn push(&mut self, now: i64, state: T) {
        self.0.push((now, state));
    }

    /// The states from `since` on, but none before the one with the number `first`.
    pub fn since(&self, since: i64, first: usize) -> Vec<T> {
        let ended_before = |number: usize| self.0.get(number + 1).is_some_and(|(end, _)| *end < since);
        (first..self.0.len())
            .filter(|number| !ended_before(*number))
            .map(|number| self.0[number].1.clone())
            .collect()
    }
}
