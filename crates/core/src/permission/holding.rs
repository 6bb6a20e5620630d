//! What somebody holds, with what of it ends by itself, and what a change of it gives away.

use super::{Missing, PermissionSet, Rule};

/// One role or privilege that somebody has in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it allows and denies.
    pub rules: Vec<Rule>,
    /// When it counts, if not always: from and until, in any unit.
    pub time: Option<(i64, i64)>,
}

/// All roles and privileges that somebody has in one place, also those that begin later.
///
/// What ends by itself cannot be relied on to deny anything: who gives a role that allows and a
/// temporary one that denies gives what is allowed once the time is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding(Vec<Source>);

impl Source {
    /// One that counts always.
    #[must_use]
    pub const fn permanent(rules: Vec<Rule>) -> Self {
        Self { rules, time: None }
    }
}

impl Holding {
    /// From its sources.
    #[must_use]
    pub const fn new(sources: Vec<Source>) -> Self {
        Self(sources)
    }

    /// With another source.
    #[must_use]
    pub fn with(mut self, source: Source) -> Self {
        self.0.push(source);
        self
    }

    /// The rights in this that `holder` does not hold; never empty if there are any.
    #[must_use]
    pub fn missing_from(&self, holder: &PermissionSet) -> Vec<Missing> {
        let permanent: Vec<Vec<Rule>> =
            self.0.iter().filter(|source| source.time.is_none()).map(|source| source.rules.clone()).collect();
        let mut missing = holder.missing_from(&PermissionSet::new(permanent.clone()));
        for source in self.0.iter().filter(|source| source.time.is_some()) {
            let mut all = permanent.clone();
            all.push(source.rules.clone());
            merge(&mut missing, holder.missing_from(&PermissionSet::new(all)));
        }
        missing
    }

    /// The rights that somebody gains when they have `after` instead of this, and that `holder` does
    /// not hold.
    ///
    /// That is what the new sources allow and what the lost ones denied. Sources that stay count for
    /// neither, so that a change is judged by what it changes.
    #[must_use]
    pub fn gain_missing_from(&self, after: &Self, holder: &PermissionSet) -> Vec<Missing> {
        let mut missing = Self(without(&after.0, &self.0)).missing_from(holder);
        for source in without(&self.0, &after.0) {
            let denied: Vec<Rule> = source.rules.iter().filter_map(Rule::as_allowed).collect();
            merge(&mut missing, holder.missing_from(&PermissionSet::new(vec![denied])));
        }
        missing
    }
}

/// Those of `sources` that are not among `others`, each of which stands for one.
fn without(sources: &[Source], others: &[Source]) -> Vec<Source> {
    let mut others: Vec<&Source> = others.iter().collect();
    let is_new = |source: &&Source| match others.iter().position(|other| other == source) {
        Some(index) => {
            others.swap_remove(index);
            false
        }
        None => true,
    };
    sources.iter().filter(is_new).cloned().collect()
}

fn merge(missing: &mut Vec<Missing>, more: Vec<Missing>) {
    for right in more {
        if !missing.contains(&right) {
            missing.push(right);
        }
    }
}
