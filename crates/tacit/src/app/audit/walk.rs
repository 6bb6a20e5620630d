//! Going through the log from the newest event on, past the blocks that cannot hold what is looked for.

use std::collections::VecDeque;

use tacit_core::{
    audit_chain::BLOCK_LENGTH,
    id::{OrganizationId, ProjectId},
    term_filter::{Term, may_hold},
    time::Timestamp,
};
use tacit_store::{Connection, audit_blocks, audit_chains, audit_events::Stretch};

use super::{super::error::Result, terms};

/// Blocks that are looked for at first, and from then on: what is new is usually what is wanted.
const FIRST_BLOCKS: i64 = 16;
const MORE_BLOCKS: i64 = 256;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// In whose log.
    pub organization: OrganizationId,
    /// Events of this project only.
    pub project: Option<ProjectId>,
    /// Events with a smaller sequence number only.
    pub before: i64,
    /// Events of this time or later only.
    pub from: Timestamp,
    /// Events before this time only.
    pub to: Timestamp,
    /// Of each of these lists, an event has at least one.
    terms: Vec<Vec<Term>>,
}

impl Wanted {
    /// All events of a time.
    #[must_use]
    pub const fn new(organization: OrganizationId, from: Timestamp, to: Timestamp) -> Self {
        Self { organization, project: None, before: i64::MAX, from, to, terms: Vec::new() }
    }

    /// Only events of this project.
    #[must_use]
    pub fn of_project(mut self, project: Option<&ProjectId>) -> Self {
        self.project = project.cloned();
        self.with("project", project.map(ProjectId::as_str))
    }

    /// Only events of which `name` is one of these values; all if there are none. Unknown names narrow nothing: the
    /// caller looks at the events anyway.
    #[must_use]
    pub fn with<'a>(mut self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let terms: Vec<Term> = values.into_iter().map(|value| Term::new(name, value)).collect();
        if !terms.is_empty() && (COLUMNS.contains(&name) || terms::is_indexed(name)) {
            self.terms.push(terms);
        }
        self
    }

    fn may_be_in(&self, filter: &[u8]) -> bool {
        self.terms.iter().all(|terms| terms.iter().any(|term| may_hold(filter, *term)))
    }
}

/// The columns that events are found by.
const COLUMNS: [&str; 7] = ["project", "actor", "actorType", "type", "result", "ip", "userAgentType"];

/// A walk through the log: stretches of at most [`BLOCK_LENGTH`] events.
#[derive(Debug)]
pub struct Walk {
    wanted: Wanted,
    /// The last event that was not looked at.
    last: i64,
    /// The last event of the last whole block.
    closed: i64,
    found: VecDeque<(i64, i64)>,
    limit: i64,
    is_at_end: bool,
    stretches: usize,
}

impl Walk {
    /// Begins at the newest event.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn begin(db: &mut Connection, wanted: Wanted) -> Result<Self> {
        let chain = audit_chains::find(db, &wanted.organization).await?;
        let (last, closed) = chain.map_or((0, 0), |chain| (chain.last_sequence, chain.closed_sequence));
        Ok(Self {
            last: last.min(wanted.before.saturating_sub(1)),
            closed,
            wanted,
            found: VecDeque::new(),
            limit: FIRST_BLOCKS,
            is_at_end: false,
            stretches: 0,
        })
    }

    /// How many stretches were given out: what the walk has cost.
    #[must_use]
    pub const fn stretches(&self) -> usize {
        self.stretches
    }

    /// The next stretch that may hold events; none at the end.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn next(&mut self, db: &mut Connection) -> Result<Option<Stretch<'_>>> {
        let Some((first, last)) = self.next_range(db).await? else { return Ok(None) };
        self.stretches += 1;
        let Wanted { organization, project, from, to, .. } = &self.wanted;
        Ok(Some(Stretch { organization, project: project.as_ref(), first, last, from: *from, to: *to }))
    }

    async fn next_range(&mut self, db: &mut Connection) -> Result<Option<(i64, i64)>> {
        if self.last > self.closed {
            let (first, last) = ((self.closed + 1).max(self.last - BLOCK_LENGTH + 1), self.last);
            self.last = first - 1;
            return Ok(Some((first, last)));
        }
        while self.found.is_empty() && !self.is_at_end {
            self.look_for_blocks(db).await?;
        }
        Ok(self.found.pop_front())
    }

    async fn look_for_blocks(&mut self, db: &mut Connection) -> Result<()> {
        let Wanted { organization, from, to, .. } = &self.wanted;
        // `last` may lie inside a block: then that is looked at as far as it counts.
        let until = self.last.saturating_add(BLOCK_LENGTH - 1);
        let blocks = audit_blocks::list_newest(db, organization, until, *from, *to, self.limit).await?;
        self.is_at_end = i64::try_from(blocks.len()).unwrap_or(i64::MAX) < self.limit;
        for block in blocks {
            let last = block.last_sequence.min(self.last);
            if block.first_sequence <= last && self.wanted.may_be_in(&block.terms) {
                self.found.push_back((block.first_sequence, last));
            }
            self.last = self.last.min(block.first_sequence - 1);
        }
        self.limit = MORE_BLOCKS;
        Ok(())
    }
}
