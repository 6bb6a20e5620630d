//! How long a long audit log takes to be proven and to be searched, on SQLite.

use std::{io::Write, path::PathBuf, time::Instant};

use tacit::app::audit::{
    blocks, verify,
    walk::{Walk, Wanted},
};
use tacit_core::{
    audit_chain::{Chain, SigningKey, VerifyingKey},
    cipher::KeyBytes,
    id::{OrganizationId, ProjectId},
    random::Random,
    time::Timestamp,
};
use tacit_store::{
    Database, Settings, StoreError, audit_chains,
    audit_events::{self, AuditEventRow, NewAuditEvent, SealedEvent},
};

use crate::{
    error::{Error, Result},
    statistics::float,
};

/// Events that are added in one transaction.
const BATCH: i64 = 16_384;
/// Events that one answer shows.
const SHOWN: usize = 100;
/// When the log begins; it ends 30 days later.
const START: i64 = 1_750_000_000_000;
const LENGTH_MILLIS: i64 = 30 * 86_400_000;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct AuditLogOptions {
    /// Events of the log
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(i64).range(1..=1_000_000_000))]
    events: i64,
    /// Directory for the database; one that was filled before is used again
    #[arg(long, value_name = "DIR")]
    work_dir: PathBuf,
}

/// Fills a database, proves it and searches it.
pub(crate) async fn run(options: &AuditLogOptions) -> Result<()> {
    let settings = Settings::Sqlite(options.work_dir.join("audit-log.db"));
    let database = Database::open(&settings).await.map_err(unfit)?;
    let key = SigningKey::new(&KeyBytes::generate(&Random::seeded(1)))
        .ok_or_else(|| Error::Unfit("there is no key".to_owned()))?;
    let began = Instant::now();
    fill(&database, options.events, &key).await?;
    say(&format!("filled in {:.1} s", began.elapsed().as_secs_f64()));
    prove(&database, &[key.public().clone()]).await?;
    for question in questions(options.events) {
        search(&database, question).await?;
    }
    Ok(())
}

fn organization() -> OrganizationId {
    OrganizationId::new("01970000-0000-7000-8000-000000000001")
}

async fn fill(database: &Database, events: i64, key: &SigningKey) -> Result<()> {
    let organization = organization();
    loop {
        let mut db = database.begin().await.map_err(unfit)?;
        let row = audit_chains::lock(&mut db, &organization).await.map_err(unfit)?;
        let mut chain = row.chain().map_err(unfit)?;
        let first = chain.sequence() + 1;
        let last = events.min(chain.sequence() + BATCH);
        let texts: Vec<Texts> = (first..=last).map(Texts::new).collect();
        let new: Vec<_> = texts.iter().map(|texts| texts.event(&organization, events)).collect();
        let sealed: Vec<SealedEvent<'_>> = new.iter().map(|event| seal(&mut chain, event)).collect();
        audit_events::insert(&mut db, &sealed).await.map_err(unfit)?;
        audit_chains::advance(&mut db, &organization, &chain).await.map_err(unfit)?;
        db.commit().await.map_err(unfit)?;
        blocks::close_all(database, &organization, key, Timestamp::from_millis(0)).await.map_err(failed)?;
        if last >= events {
            return Ok(());
        }
    }
}

fn seal<'a>(chain: &mut Chain, event: &'a NewAuditEvent<'a>) -> SealedEvent<'a> {
    let hash = chain.append(&event.event().digest(&mut Vec::new()));
    SealedEvent { event, sequence: chain.sequence(), hash }
}

/// What one event says: 400 projects, 2,000 machines, 50,000 secrets, one in ten thousand refused.
struct Texts {
    number: i64,
    id: String,
    project: ProjectId,
    actor: String,
    metadata: String,
    ip: String,
}

impl Texts {
    fn new(number: i64) -> Self {
        // Steps that do not divide each other, so that what is near in time differs.
        let (project, actor, secret) = (number / 7 % 400, number / 3 % 2_000, number * 31 % 50_000);
        let key = if number == 1_000 { "RARE_KEY".to_owned() } else { format!("SERVICE_KEY_{secret}") };
        Self {
            number,
            id: format!("01970000-{:04x}-7000-8000-{number:012x}", number / 65_536 % 65_536),
            project: ProjectId::new(format!("01970000-0000-7000-9000-{project:012x}")),
            actor: format!("01970000-0000-7000-a000-{actor:012x}"),
            metadata: format!(
                "{{\"environment\":\"prod\",\"secretPath\":\"/services/{}\",\"secretKey\":\"{key}\",\"secretId\":\
                 \"01970000-0000-7000-b000-{secret:012x}\"}}",
                secret % 300
            ),
            ip: format!("10.0.{}.{}", actor / 250, actor % 250),
        }
    }

    fn event<'a>(&'a self, organization: &'a OrganizationId, events: i64) -> NewAuditEvent<'a> {
        NewAuditEvent {
            id: &self.id,
            organization_id: organization,
            project_id: Some(&self.project),
            event_type: if self.number % 50 == 0 { "login-identity-universal-auth" } else { "get-secret" },
            result: if self.number % 10_000 == 0 { "denied" } else { "allowed" },
            actor_type: "identity",
            actor_id: Some(self.actor.as_str().into()),
            actor_name: Some("production-reader".into()),
            metadata: self.metadata.as_str().into(),
            ip: Some(&self.ip),
            user_agent: Some("InfisicalNodeSDK/4.0".into()),
            user_agent_type: Some("InfisicalNodeSDK"),
            created_at: Timestamp::from_millis(START + self.number * LENGTH_MILLIS / events),
        }
    }
}

async fn prove(database: &Database, keys: &[VerifyingKey]) -> Result<()> {
    let began = Instant::now();
    let report = verify::verify(database, &organization(), keys, &[], &|_| {}).await.map_err(failed)?;
    let (events, seconds) = (report.counts.events, began.elapsed().as_secs_f64());
    if let Some(fault) = report.fault {
        return Err(Error::Unfit(fault.to_string()));
    }
    let rate = float(events.unsigned_abs()) / seconds;
    say(&format!("proved {events} events in {seconds:.1} s: {rate:.0} a second"));
    Ok(())
}

/// Something that is looked for: its name, what the blocks are searched for, and which of their events it is.
type Question = (&'static str, Wanted, Box<dyn Fn(&AuditEventRow) -> bool>);

fn questions(events: i64) -> Vec<Question> {
    let all = || Wanted::new(organization(), Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
    let texts = Texts::new(events / 2);
    let day = |day: i64| Timestamp::from_millis(START + day * 86_400_000);
    let fact = |name: &'static str, value: &'static str| -> Question {
        let text = format!("\"{name}\":\"{value}\"");
        let fits = Box::new(move |row: &AuditEventRow| row.metadata.contains(&text));
        (value, all().with(name, [value]), fits)
    };
    let address = |name: &'static str, ip: String| -> Question {
        (name, all().with("ip", [ip.as_str()]), Box::new(move |row| row.ip.as_deref() == Some(&ip)))
    };
    let actor = texts.actor.clone();
    vec![
        ("the newest", all(), Box::new(|_| true)),
        ("one day in the middle", Wanted::new(organization(), day(15), day(16)), Box::new(|_| true)),
        (
            "one actor",
            all().with("actor", [actor.as_str()]),
            Box::new(move |row| row.actor_id.as_ref() == Some(&actor)),
        ),
        (
            "logins",
            all().with("type", ["login-identity-universal-auth"]),
            Box::new(|row| row.event_type == "login-identity-universal-auth"),
        ),
        ("refusals", all().with("result", ["denied"]), Box::new(|row| row.result == "denied")),
        ("one project", all().of_project(Some(&texts.project)), Box::new(|_| true)),
        fact("environment", "prod"),
        fact("environment", "staging"),
        fact("secretPath", "/services/7"),
        fact("secretKey", "SERVICE_KEY_7"),
        fact("secretKey", "RARE_KEY"),
        fact("secretKey", "NO_SUCH_KEY"),
        address("one address", texts.ip.clone()),
        address("an unknown address", "192.0.2.1".to_owned()),
    ]
}

async fn search(database: &Database, question: Question) -> Result<()> {
    let (name, wanted, fits) = question;
    let began = Instant::now();
    let mut db = database.read().await.map_err(unfit)?;
    let mut walk = Walk::begin(&mut db, wanted).await.map_err(failed)?;
    let mut found = 0;
    while found < SHOWN {
        let Some(stretch) = walk.next(&mut db).await.map_err(failed)? else { break };
        let rows = audit_events::list_newest(&mut db, stretch, BATCH).await.map_err(unfit)?;
        found += rows.iter().filter(|row| fits(row)).count();
    }
    let millis = began.elapsed().as_secs_f64() * 1000.0;
    say(&format!("{name}: {millis:.1} ms, {} stretches read, {} shown", walk.stretches(), found.min(SHOWN)));
    Ok(())
}

fn say(text: &str) {
    // Nobody is left to tell when standard output is closed.
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unfit(error: StoreError) -> Error {
    Error::Unfit(error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: tacit::app::Error) -> Error {
    Error::Unfit(error.to_string())
}
