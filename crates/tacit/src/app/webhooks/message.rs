//! What is sent (wire-contract 13.2), in the form each kind of receiver understands.

use serde_json::{Value, json};
use tacit_core::time::Timestamp;

use super::Kind;

/// Secrets of a folder changed.
pub(super) const MODIFIED: &str = "secrets.modified";
/// Somebody tries the webhook.
pub(super) const TEST: &str = "test";

/// What happened, and where. It never holds a value or the name of a secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice<'a> {
    /// [`MODIFIED`] or [`TEST`].
    pub(super) event: &'a str,
    /// The id of the project.
    pub(super) project_id: &'a str,
    /// The name of the project.
    pub(super) project_name: &'a str,
    /// The slug of the environment.
    pub(super) environment: &'a str,
    /// The path of the folder.
    pub(super) secret_path: &'a str,
    /// When it is sent.
    pub(super) sent_at: Timestamp,
}

impl Notice<'_> {
    /// The body for a receiver.
    #[must_use]
    pub(super) fn body(&self, kind: Kind) -> Vec<u8> {
        let body = match kind {
            Kind::General => self.general(),
            Kind::Slack => self.slack(),
            Kind::MicrosoftTeams => self.teams(),
        };
        body.to_string().into_bytes()
    }

    fn general(&self) -> Value {
        json!({
            "event": self.event,
            "project": {
                "workspaceId": self.project_id,
                "projectName": self.project_name,
                "environment": self.environment,
                "secretPath": self.secret_path,
            },
            "timestamp": self.sent_at.millis(),
        })
    }

    fn sentence(&self) -> &'static str {
        if self.event == TEST { "This is a test of a webhook." } else { "Secrets were changed." }
    }

    fn facts(&self) -> [(&'static str, &str); 3] {
        [("Project", self.project_name), ("Environment", self.environment), ("Path", self.secret_path)]
    }

    fn slack(&self) -> Value {
        let facts = self.facts().map(|(name, value)| format!("\n*{name}:* {}", escaped(value)));
        json!({ "text": format!("{}{}", self.sentence(), facts.concat()) })
    }

    /// An adaptive card, which incoming webhooks and workflows both take.
    fn teams(&self) -> Value {
        let facts = self.facts().map(|(title, value)| json!({ "title": title, "value": value }));
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        { "type": "TextBlock", "text": self.sentence(), "weight": "bolder", "wrap": true },
                        { "type": "FactSet", "facts": facts },
                    ],
                },
            }],
        })
    }
}

/// Slack's own characters, so that a name is no link and mentions nobody.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(kind: Kind, event: &str) -> Value {
        let notice = Notice {
            event,
            project_id: "p",
            project_name: "A <!channel> & B",
            environment: "dev",
            secret_path: "/app",
            sent_at: Timestamp::from_millis(5),
        };
        serde_json::from_slice(&notice.body(kind)).unwrap()
    }

    #[test]
    fn slack_gets_text_that_mentions_nobody() {
        assert_eq!(
            body(Kind::Slack, MODIFIED),
            json!({ "text":
                "Secrets were changed.\n*Project:* A &lt;!channel&gt; &amp; B\n*Environment:* dev\n*Path:* /app" })
        );
    }

    #[test]
    fn teams_gets_an_adaptive_card() {
        let body = body(Kind::MicrosoftTeams, TEST);
        assert_eq!(body["type"], "message");
        let card = &body["attachments"][0];
        assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
        assert_eq!(card["content"]["body"][0]["text"], "This is a test of a webhook.");
        assert_eq!(card["content"]["body"][1]["facts"][2], json!({ "title": "Path", "value": "/app" }));
    }

    #[test]
    fn others_get_the_event() {
        assert_eq!(
            body(Kind::General, MODIFIED),
            json!({ "event": "secrets.modified", "timestamp": 5, "project": { "workspaceId": "p",
                "projectName": "A <!channel> & B", "environment": "dev", "secretPath": "/app" } })
        );
    }
}
