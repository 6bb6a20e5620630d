//! Faults that are put in on purpose, past the code, to prove that such are found.

use super::{
    Planted,
    operation::{Operation, Outcome},
    world::World,
};

impl World {
    /// A place for what a fault brings back later.
    pub async fn prepare_sabotage(&self) {
        if self.planted.is_some() {
            self.truth.execute("CREATE TABLE kept (id TEXT PRIMARY KEY, value BYTEA NOT NULL)").await;
        }
    }

    /// What comes of something that is done past the code, if it is.
    pub async fn sabotaged(&self, operation: &Operation) -> Option<Outcome> {
        if !self.has(Planted::SilentWrite) || *operation != (Operation::Rights { is_member: false }) {
            return None;
        }
        self.truth.execute("DELETE FROM project_memberships WHERE identity_id = '{identity}'").await;
        Some(Outcome::done())
    }

    /// What happens just before something is done.
    pub async fn sabotage_before(&mut self, operation: &Operation) {
        let sql = match (self.planted, operation) {
            (Some(Planted::SharedLease), Operation::Stream) => {
                "UPDATE audit_streams SET lease_expires_at = 0"
            }
            (Some(Planted::SkippedEvent), Operation::Stream) => {
                "UPDATE audit_streams SET delivered_sequence = delivered_sequence + 1"
            }
            (Some(Planted::ForgottenCommit), Operation::Notices) => {
                "UPDATE webhook_cursors SET revision = p.revision FROM projects p WHERE p.id = project_id"
            }
            (Some(Planted::DeafServer), Operation::Begin) => {
                "INSERT INTO kept SELECT id, value_ciphertext FROM secrets WHERE name = 'OTHER_1'
                  ON CONFLICT DO NOTHING"
            }
            (Some(Planted::ForgottenKey), Operation::Root(_)) => {
                "DELETE FROM kept;
                 INSERT INTO kept SELECT id, data_key_ciphertext FROM projects WHERE id = '{project}'"
            }
            _ => return,
        };
        self.truth.execute(sql).await;
    }

    /// What happens just after something was done.
    pub async fn sabotage_after(&mut self, operation: &Operation) {
        let sql = match (self.planted, operation) {
            (Some(Planted::LateSay), Operation::Stream) => {
                format!("UPDATE audit_streams SET delivered_sequence = {}", self.stream_began_at)
            }
            (Some(Planted::ForkedChain), Operation::Seal) => {
                "UPDATE audit_chains SET last_hash = e.hash FROM audit_events e
                  WHERE e.organization_id = audit_chains.organization_id AND e.organization_id <> ''
                    AND e.sequence = last_sequence - 1"
                    .to_owned()
            }
            (Some(Planted::EarlyDestruction), Operation::GoOn) => {
                "UPDATE projects SET other_data_key_ciphertext = NULL FROM data_key_rotations r
                  WHERE r.project_id = projects.id AND r.state = 'running';
                 UPDATE data_key_rotations SET state = 'finished' WHERE state = 'running'"
                    .to_owned()
            }
            (Some(Planted::DeafServer), Operation::GoOn)
                if self.key_number > 1 && self.truth.rotation().await.1 =>
            {
                "UPDATE secrets SET value_ciphertext = kept.value FROM kept WHERE kept.id = secrets.id"
                    .to_owned()
            }
            (Some(Planted::ForgottenKey), Operation::Root(_)) => {
                "UPDATE projects SET data_key_ciphertext = kept.value FROM kept
                  WHERE kept.id = projects.id AND other_data_key_ciphertext IS NULL"
                    .to_owned()
            }
            _ => return,
        };
        self.truth.execute(&sql).await;
    }

    /// What happens while a server dies.
    pub async fn sabotage_crash(&self) {
        if self.has(Planted::LostPending) {
            let sql = "DELETE FROM audit_pending WHERE id = (SELECT MAX(id) FROM audit_pending)";
            self.truth.execute(sql).await;
        }
    }

    /// What happens before the audit log is looked at.
    pub async fn sabotage_log(&self) {
        if self.has(Planted::LostEvent) {
            let sql = "DELETE FROM audit_events WHERE id = (SELECT MIN(id) FROM audit_events
                        WHERE project_id = '{project}' AND event_type = 'get-secret' AND result = 'allowed')";
            self.truth.execute(sql).await;
        }
    }
}
