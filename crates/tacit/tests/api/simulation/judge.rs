//! Whether what came of something may have come of it.

use tacit_store::revisions::TRUST_MAX;

use super::{
    operation::{Operation, Outcome, other_value, root_key},
    world::World,
};

/// Something that is done at a server.
pub struct Request {
    pub server: usize,
    pub operation: Operation,
    /// What had been acknowledged there before.
    known: (usize, usize),
    /// When it was begun.
    begun_at: u64,
}

/// What may come of something.
#[derive(Clone, Copy, Debug)]
struct Excuses {
    /// The database is out of reach, so nothing need be answered.
    is_cut: bool,
    /// The root key is not that of the database, so nothing need be answered.
    is_outdated: bool,
}

impl World {
    /// Something that is about to be done.
    pub fn request(&self, server: usize, operation: Operation) -> Request {
        Request { server, operation, known: self.servers[server].known, begun_at: self.receiver.moment() }
    }

    /// Does it.
    pub async fn run(&self, request: &Request) -> Outcome {
        if let Some(outcome) = self.sabotaged(&request.operation).await {
            return outcome;
        }
        request.operation.run(&self.servers[request.server].node, &self.facts).await
    }

    /// Does something at a server.
    pub async fn perform(&mut self, server: usize, operation: Operation) -> Result<(), String> {
        let request = self.request(server, operation);
        self.sabotage_before(&request.operation).await;
        let outcome = self.run(&request).await;
        self.sabotage_after(&request.operation).await;
        self.judge(request, outcome).await
    }

    fn excuses(&self, server: usize) -> Excuses {
        let server = &self.servers[server];
        Excuses { is_cut: server.link.is_broken(), is_outdated: server.root != self.root }
    }

    /// Says what must not have come of it, and takes note of what did.
    pub async fn judge(&mut self, request: Request, outcome: Outcome) -> Result<(), String> {
        let name = format!("server {}, {:?}", request.server, request.operation);
        let judged = match request.operation {
            Operation::Write { .. } | Operation::Rights { .. } | Operation::Begin | Operation::Root(_) => {
                self.judge_change(request, &outcome).await
            }
            Operation::Read | Operation::List | Operation::ReadOther(_) => {
                self.judge_read(&request, &outcome)
            }
            Operation::Collect
            | Operation::Notices
            | Operation::Stream
            | Operation::Seal
            | Operation::GoOn => {
                let excuses = self.excuses(request.server);
                let may_be = outcome.status == 200 || excuses.is_cut || excuses.is_outdated;
                if may_be { Ok(()) } else { Err("it failed".to_owned()) }
            }
        };
        judged.map_err(|error| format!("{name}: {error}; {} {}", outcome.status, outcome.text))
    }

    /// What was acknowledged is done; what was not may be, if the server could not know.
    async fn judge_change(&mut self, request: Request, outcome: &Outcome) -> Result<(), String> {
        let is_acknowledged = outcome.status == 200;
        let is_done = self.note_change(&request, is_acknowledged).await;
        // Afterwards, because a change of the root key may just have outdated others.
        let excuses = self.excuses(request.server);
        let may_be = match (outcome.status, is_done) {
            (200, is_done) => is_done,
            // A key is being replaced already.
            (400, false) => request.operation == Operation::Begin,
            // The key was replaced between the first look and the write.
            (409, false) => matches!(request.operation, Operation::Write { .. }),
            (0 | 503, _) if excuses.is_cut => true,
            (0 | 500 | 503, false) => excuses.is_outdated,
            _ => false,
        };
        if may_be { Ok(()) } else { Err(format!("done: {is_done}, {excuses:?}")) }
    }

    /// Asks the database whether it was done, and if so takes note of it.
    async fn note_change(&mut self, request: &Request, is_acknowledged: bool) -> bool {
        let server = request.server;
        match &request.operation {
            Operation::Write { value, .. } => {
                let revision = self.truth.revision().await;
                let is_done = revision > self.revision;
                self.revision = revision;
                if is_done {
                    self.values.push(self.now, value.clone());
                    self.counts.1 += 1;
                    self.written_at = request.begun_at;
                }
                if is_done && is_acknowledged {
                    self.servers[server].known.0 = self.values.last();
                }
                is_done
            }
            Operation::Rights { is_member } => {
                let is_done = self.truth.is_member().await == *is_member;
                if is_done {
                    self.rights.push(self.now, *is_member);
                }
                if is_done && is_acknowledged {
                    self.servers[server].known.1 = self.rights.last();
                }
                is_done
            }
            Operation::Begin => {
                let (number, _) = self.truth.rotation().await;
                let is_done = number > self.key_number;
                self.key_number = number;
                is_done
            }
            Operation::Root(number) => {
                let is_done = root_key(*number).matches(&self.truth.key_check().await);
                if is_done {
                    self.root = *number;
                }
                if is_done && is_acknowledged {
                    self.servers[server].root = *number;
                }
                is_done
            }
            _ => false,
        }
    }

    fn judge_read(&mut self, request: &Request, outcome: &Outcome) -> Result<(), String> {
        // A list is an event of another name.
        self.counts.0 += usize::from(outcome.status == 200 && request.operation != Operation::List);
        let (known, allowed) = request.known;
        let values = match request.operation {
            Operation::ReadOther(number) => vec![Some(other_value(&number.to_string()))],
            _ => self.values.since(self.now - TRUST_MAX, known),
        };
        let rights = self.rights.since(self.now - TRUST_MAX, allowed);
        let excuses = self.excuses(request.server);
        let may_be = match outcome.status {
            200 => rights.contains(&true) && values.contains(&outcome.value),
            404 => rights.contains(&true) && values.contains(&None) && request.operation == Operation::Read,
            403 => rights.contains(&false),
            503 => excuses.is_cut || excuses.is_outdated,
            500 => excuses.is_outdated,
            _ => false,
        };
        if may_be { Ok(()) } else { Err(format!("{:?}; {rights:?}, {values:?}", outcome.value)) }
    }
}
