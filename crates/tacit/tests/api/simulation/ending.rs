//! How a schedule ends: everything is mended, every job finds the time it needs, and then nothing may be missing.

use std::collections::BTreeMap;

use tacit::app::{
    audit::{blocks, verify},
    encryption,
};
use tacit_core::id::OrganizationId;
use tacit_store::audit_events::AuditEventRow;

use super::{
    operation::{Operation, is_other, root_key},
    receiver::Reply,
    world::World,
};

/// Above every lease and every pause between two attempts, by whichever clock.
const LONG_MILLIS: i64 = 3 * 3_600_000;
/// Rounds of the jobs, which is more than they need.
const ROUNDS: usize = 12;

impl World {
    /// Ends it.
    pub async fn end(&mut self) -> Result<(), String> {
        while !self.sent.is_empty() {
            self.answer(Reply::Taken).await?;
        }
        for number in 0..self.servers.len() {
            if self.servers[number].link.is_broken() {
                self.servers[number].link.mend().await;
            }
            self.set_clock(number, -self.servers[number].skew);
        }
        self.watch(true).await;
        self.pass_time(LONG_MILLIS);
        for _ in 0..ROUNDS {
            let server = self.below(self.servers.len());
            for operation in [Operation::GoOn, Operation::Notices] {
                self.perform(server, operation).await?;
            }
        }
        self.check_log().await?;
        self.check_keys().await?;
        let (written, told) = (self.written_at, self.receiver.told_at());
        if told < written {
            return Err(format!("the webhook was told at {told} and not of what was written at {written}"));
        }
        self.receiver.faults().pop().map_or(Ok(()), Err)
    }

    /// Each answered read and each write is one event, the log is proven, and all of it was sent on.
    async fn check_log(&mut self) -> Result<(), String> {
        for server in &self.servers {
            server.node.app.audit.flush().await.map_err(|error| format!("the log is not sealed: {error}"))?;
        }
        let organization = self.facts.organization.clone();
        self.sabotage_log().await;
        let log = self.servers[0].node.events(&organization).await;
        let (reads, writes) = self.counts;
        let is_read = |row: &&AuditEventRow| {
            row.event_type == "get-secret"
                && row.result == "allowed"
                && row.actor_id.as_deref() == Some(self.facts.identity.as_str())
        };
        let is_write = |row: &&AuditEventRow| {
            ["create-secret", "update-secret", "delete-secret"].contains(&row.event_type.as_str())
        };
        let found = (log.iter().filter(is_read).count(), log.iter().filter(is_write).count());
        if found != (reads, writes) {
            return Err(format!("{reads} reads and {writes} writes, {found:?} are in the audit log"));
        }
        self.prove(&OrganizationId::new(organization)).await?;
        for _ in 0..ROUNDS {
            self.perform(1, Operation::Stream).await?;
        }
        let sent = self.receiver.taken();
        let logged: BTreeMap<i64, String> = log
            .into_iter()
            .map(|row| (row.sequence, row.id))
            .filter(|(number, _)| *number > self.stream_began_at)
            .collect();
        match logged.iter().find(|(number, id)| sent.get(number) != Some(id)) {
            Some((number, _)) => Err(format!("event {number} was not sent on, or another one in its place")),
            None => Ok(()),
        }
    }

    async fn prove(&self, organization: &OrganizationId) -> Result<(), String> {
        let app = &self.servers[0].node.app;
        blocks::sign_now(app, organization)
            .await
            .map_err(|error| format!("the log is not signed: {error}"))?;
        let keys: Vec<_> =
            verify::keys(&app.database, None).await.unwrap().into_iter().map(|known| known.key).collect();
        let report = verify::verify(&app.database, organization, &keys, &[], &|_| {}).await.unwrap();
        report.fault.map_or(Ok(()), |fault| Err(format!("the log does not prove: {fault:?}")))
    }

    /// Everything is under the newest keys, and reads.
    async fn check_keys(&self) -> Result<(), String> {
        let rotation = self.truth.rotation().await;
        if rotation != (self.key_number, true) {
            return Err(format!("the rotation is {rotation:?}, to key {}", self.key_number));
        }
        let server = &self.servers[0].node;
        let verified = encryption::verify(&server.app.database, &root_key(self.root)).await.unwrap();
        if !verified.is_good() {
            return Err(format!("the root key does not open everything: {verified:?}"));
        }
        let fresh = server.without_memory().await;
        let place = format!("workspaceId={}&environment=dev", self.facts.project);
        let answer =
            fresh.call("GET", &format!("/api/v3/secrets/raw?{place}"), Some(&self.facts.admin), None).await;
        let secrets =
            answer.body["secrets"].as_array().ok_or_else(|| format!("nothing reads: {}", answer.text))?;
        let written = secrets.iter().find(|secret| secret["secretKey"] == "FOO");
        let value = written.map(|secret| secret["secretValue"].as_str().unwrap_or_default().to_owned());
        if value != self.values.present() {
            return Err(format!("{value:?} is read, {:?} was written", self.values.present()));
        }
        if let Some(wrong) = secrets.iter().find(|secret| !is_other(secret) && secret["secretKey"] != "FOO") {
            return Err(format!("another secret has changed: {wrong}"));
        }
        let Some(id) = written.and_then(|secret| secret["id"].as_str()) else { return Ok(()) };
        let path = format!("/api/v1/secret/{id}/secret-versions?offset=0&limit=20");
        let answer = fresh.call("GET", &path, Some(&self.facts.person), None).await;
        if answer.status == 200 { Ok(()) } else { Err(format!("versions do not read: {}", answer.text)) }
    }
}
