//! What is done at a server: what people and machines ask, and what its jobs do in the background.

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use tacit::app::{App, Client, Result, audit_streams, encryption, webhooks};
use tacit_core::{keyring::RootKey, random::Random};

use super::{receiver::Kind, template::Facts};
use crate::harness::{Answer, TestServer};

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Gives the secret this value, or deletes it.
    Write { method: &'static str, value: Option<String> },
    /// Lets the reader into the project, or takes it out.
    Rights { is_member: bool },
    /// Reads the secret.
    Read,
    /// Reads the secret among all others.
    List,
    /// Reads one that nobody writes to.
    ReadOther(usize),
    /// Turns commits into notices.
    Collect,
    /// Does that, and tells the webhook.
    Notices,
    /// Sends the audit log on.
    Stream,
    /// Seals the audit log.
    Seal,
    /// Begins to replace the data key.
    Begin,
    /// Takes that a step further.
    GoOn,
    /// Replaces the root key by the one of this number.
    Root(u64),
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// That of an answer; 200 for a job that succeeded, 0 for one that failed.
    pub status: u16,
    /// The value that was read.
    pub value: Option<String>,
    /// The answer, or why a job failed.
    pub text: String,
}

/// The root key of a number; 1 is the first.
pub fn root_key(number: u64) -> RootKey {
    RootKey::generate(&Random::seeded(number))
}

impl Outcome {
    /// That of something that was done in another way.
    pub fn done() -> Self {
        Self { status: 200, value: None, text: String::new() }
    }

    /// That of a job.
    pub fn of_job<T>(result: Result<T>) -> Self {
        match result {
            Ok(_) => Self::done(),
            Err(error) => Self { status: 0, value: None, text: format!("{error}: {error:?}") },
        }
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        let value = answer.body["secret"]["secretValue"].as_str().map(str::to_owned);
        Self { status: answer.status, value, text: answer.text }
    }
}

impl Operation {
    /// What sends things of a kind.
    pub fn of(kind: Kind) -> Self {
        if kind == Kind::Stream { Self::Stream } else { Self::Notices }
    }

    /// Does it.
    pub async fn run(&self, server: &TestServer, facts: &Facts) -> Outcome {
        match self {
            Self::Write { method, value } => {
                let body =
                    json!({ "workspaceId": facts.project, "environment": "dev", "secretValue": value });
                ask(server, method, "/api/v3/secrets/raw/FOO", &facts.admin, body).await
            }
            Self::Rights { is_member } => {
                let path =
                    format!("/api/v2/workspace/{}/identity-memberships/{}", facts.project, facts.identity);
                let method = if *is_member { "POST" } else { "DELETE" };
                ask(server, method, &path, &facts.admin, json!({ "role": "viewer" })).await
            }
            Self::Read => {
                let path = format!("/api/v3/secrets/raw/FOO?workspaceId={}&environment=dev", facts.project);
                server.call("GET", &path, Some(&facts.reader), None).await.into()
            }
            Self::List => list(server, facts).await,
            Self::ReadOther(number) => {
                let place = format!("workspaceId={}&environment=dev", facts.project);
                let path = format!("/api/v3/secrets/raw/OTHER_{number}?{place}");
                server.call("GET", &path, Some(&facts.reader), None).await.into()
            }
            Self::Begin => {
                let path = format!("/api/ui/v1/projects/{}/data-key/rotate", facts.project);
                ask(server, "POST", &path, &facts.admin, json!({})).await
            }
            job => job.work(&server.app).await,
        }
    }

    /// Does what needs no request.
    pub async fn work(&self, app: &App) -> Outcome {
        match self {
            Self::Collect => Outcome::of_job(webhooks::deliver::collect(app).await),
            Self::Notices => Outcome::of_job(tell(app).await),
            Self::Stream => Outcome::of_job(audit_streams::deliver::send_due(app).await),
            Self::Seal => Outcome::of_job(app.audit.flush().await),
            Self::GoOn => Outcome::of_job(encryption::go_on(app).await),
            Self::Root(number) => {
                let client = Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "simulation".into() };
                let next = root_key(*number);
                Outcome::of_job(encryption::rotate_root_key(app, &client, next, || Ok(())).await)
            }
            request => unreachable!("{request:?} is a request"),
        }
    }

    /// Whether it changes what the schedule must know.
    pub fn is_change(&self) -> bool {
        self.rank() < 2
    }

    /// Of two things done at once the lower one is judged first: servers are excused that missed another root key, and
    /// what is read may be what was written meanwhile.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Root(_) => 0,
            Self::Write { .. } | Self::Rights { .. } | Self::Begin => 1,
            _ => 2,
        }
    }
}

/// What the job does in each round.
async fn tell(app: &App) -> Result<usize> {
    webhooks::deliver::collect(app).await?;
    webhooks::deliver::send_due(app).await
}

async fn list(server: &TestServer, facts: &Facts) -> Outcome {
    let path = format!("/api/v3/secrets/raw?workspaceId={}&environment=dev", facts.project);
    let answer = server.call("GET", &path, Some(&facts.reader), None).await;
    let none = Vec::new();
    let secrets = answer.body["secrets"].as_array().unwrap_or(&none);
    let value = secrets.iter().find(|secret| secret["secretKey"] == "FOO");
    let value = value.and_then(|secret| secret["secretValue"].as_str()).map(str::to_owned);
    let wrong = secrets.iter().find(|secret| secret["secretKey"] != "FOO" && !is_other(secret));
    if let Some(wrong) = wrong {
        return Outcome { status: 0, value, text: format!("another secret has changed: {wrong}") };
    }
    Outcome { status: answer.status, value, text: answer.text }
}

/// Whether a secret is one that nobody writes to, and as it was.
pub fn is_other(secret: &Value) -> bool {
    let number = secret["secretKey"].as_str().and_then(|name| name.strip_prefix("OTHER_"));
    number.is_some_and(|number| secret["secretValue"] == other_value(number))
}

/// The value of a secret that nobody writes to.
pub fn other_value(number: &str) -> String {
    format!("other {number}")
}

async fn ask(server: &TestServer, method: &str, path: &str, token: &str, body: Value) -> Outcome {
    server.call(method, path, Some(token), Some(body)).await.into()
}
