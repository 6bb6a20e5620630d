//! What happens next: chance decides.

use std::mem::discriminant;

use super::{
    Planted,
    link::Fault,
    operation::Operation,
    receiver::{Kind, Reply},
    template::OTHER_SECRETS,
    world::{SERVERS, World},
};

/// Questions to the database after which an operation may stand still, at most.
const QUESTIONS_MAX: usize = 30;
/// How long time passes, in milliseconds.
const MILLIS: [i64; 11] = [1, 1, 40, 40, 300, 300, 900, 900, 2_100, 11_000, 61_000];
/// What a clock is set by, in seconds.
const JUMPS: [i64; 4] = [-3600, -90, 90, 3600];

impl World {
    /// One step. The error says what must not have happened.
    pub async fn step(&mut self) -> Result<(), String> {
        let server = self.below(SERVERS);
        // In calm weather nothing breaks and nothing runs in the background.
        match self.below(if self.is_calm { 22 } else { 40 }) {
            0..=4 => {
                // In calm weather what is remembered lives long enough to be asked for.
                let times = if self.is_calm { 8 } else { MILLIS.len() };
                let millis = MILLIS[self.below(times)];
                self.pass_time(millis);
                // Each server looks every two seconds.
                if millis > 2_000 {
                    let is_copied = self.below(2) == 0;
                    self.watch(is_copied).await;
                }
            }
            5..=8 => {
                let operation = self.next_write();
                self.perform(server, operation).await?;
            }
            9 | 10 => {
                let operation = self.next_rights();
                self.perform(server, operation).await?;
            }
            11..=17 => {
                let operation = self.next_read();
                self.perform(server, operation).await?;
            }
            18..=21 => self.look(server).await?,
            22 => self.perform(server, Operation::Begin).await?,
            23..=25 => self.perform(server, Operation::GoOn).await?,
            26 => {
                let operation = if self.below(2) == 0 { Operation::Collect } else { Operation::Notices };
                self.perform(server, operation).await?;
            }
            27 => self.perform(server, Operation::Stream).await?,
            28 => self.send_slowly(server, [Kind::Notices, Kind::Stream][server % 2]).await?,
            29 => {
                let reply = if self.below(3) == 0 { Reply::Refused } else { Reply::Taken };
                self.answer(reply).await?;
            }
            30 => self.perform(server, Operation::Seal).await?,
            31 => self.restart(server).await,
            32 | 33 => {
                let operation = self.next_any();
                self.crash(server, operation).await?;
            }
            34..=37 => self.interleave(server).await?,
            38 => self.cut_or_mend(server).await,
            _ => {
                if self.below(2) == 0 {
                    let seconds = JUMPS[self.below(JUMPS.len())];
                    self.set_clock(server, seconds);
                } else {
                    let operation = self.next_root();
                    self.perform(server, operation).await?;
                }
            }
        }
        self.check_now().await
    }

    /// What holds at every moment.
    async fn check_now(&self) -> Result<(), String> {
        self.receiver.see(self.truth.cursor().await);
        if let Some(fault) = self.receiver.faults().pop() {
            return Err(fault);
        }
        match self.truth.strays().await {
            0 => Ok(()),
            strays => Err(format!("{strays} rows are under a key that is not there")),
        }
    }

    fn next_write(&mut self) -> Operation {
        let value = format!("value {} at {}", self.values.last(), self.revision);
        match (self.values.present(), self.below(4)) {
            (None, _) => Operation::Write { method: "POST", value: Some(value) },
            (Some(_), 0) => Operation::Write { method: "DELETE", value: None },
            (Some(_), _) => Operation::Write { method: "PATCH", value: Some(value) },
        }
    }

    fn next_read(&mut self) -> Operation {
        match self.below(if self.is_calm { 5 } else { 8 }) {
            0..=4 => Operation::Read,
            5 => Operation::List,
            _ => Operation::ReadOther(self.below(OTHER_SECRETS)),
        }
    }

    fn next_rights(&self) -> Operation {
        Operation::Rights { is_member: !self.rights.present() }
    }

    fn next_root(&mut self) -> Operation {
        Operation::Root(u64::from_le_bytes(self.random.bytes()))
    }

    fn next_any(&mut self) -> Operation {
        match self.below(12) {
            0 | 1 => self.next_write(),
            2 => self.next_rights(),
            3 => Operation::Begin,
            4 | 5 => Operation::GoOn,
            6 => Operation::Notices,
            7 => Operation::Stream,
            8 => Operation::Seal,
            9 => Operation::Collect,
            10 => self.next_read(),
            _ => self.next_root(),
        }
    }

    /// A server stands still in the middle of something, while another one does something. If that waits for the first,
    /// the first goes on.
    async fn interleave(&mut self, server: usize) -> Result<(), String> {
        let other = (server + 1 + self.below(SERVERS - 1)) % SERVERS;
        let (first, mut second) = (self.next_any(), self.next_any());
        if self.below(3) == 0 || discriminant(&first) == discriminant(&second) {
            // Nobody could say which of two changes of one thing came last.
            second = if first.is_change() { Operation::Read } else { first.clone() };
        }
        for server in self.servers.iter().filter(|server| !server.link.is_broken()) {
            // What they would move to the database meanwhile is moved.
            let _ = server.node.app.audit.flush().await;
        }
        // Most operations have few.
        let questions_max = 1 + self.below(QUESTIONS_MAX);
        let questions = self.below(questions_max);
        let (first, second) = (self.request(server, first), self.request(other, second));
        self.sabotage_before(&first.operation).await;
        self.sabotage_before(&second.operation).await;
        let link = self.servers[server].link.clone();
        link.plan(questions, Fault::Held);
        let outcomes = {
            let (mut one, mut two) = (Box::pin(self.run(&first)), Box::pin(self.run(&second)));
            let early =
                tokio::select! { biased; outcome = &mut one => Some(outcome), () = link.stands() => None };
            let late = tokio::select! { biased; outcome = &mut two => Some(outcome), () = self.truth.somebody_waits() => None };
            link.go_on();
            let one = async {
                match early {
                    Some(outcome) => outcome,
                    None => one.await,
                }
            };
            let two = async {
                match late {
                    Some(outcome) => outcome,
                    None => two.await,
                }
            };
            tokio::join!(one, two)
        };
        let (mut requests, mut results) = ([first, second], [outcomes.0, outcomes.1]);
        if requests[1].operation.rank() < requests[0].operation.rank() {
            requests.reverse();
            results.reverse();
        }
        for (request, outcome) in requests.into_iter().zip(results) {
            self.sabotage_after(&request.operation).await;
            self.judge(request, outcome).await?;
        }
        Ok(())
    }

    /// Whether this fault was put in on purpose.
    pub fn has(&self, planted: Planted) -> bool {
        self.planted == Some(planted)
    }
}
