//! `tacit audit verify`.

use std::{collections::HashMap, fmt::Write, path::Path, time::Instant};

use tacit_core::{
    audit_chain::{Checkpoint, VerifyingKey},
    id::OrganizationId,
    random::Random,
};
use tacit_store::{Database, organizations};

use super::{arguments::VerifyChoice, open, unreadable};
use crate::{
    app::audit::{
        anchor,
        verify::{self, KnownKey, Report},
    },
    cli::{
        config::Settings,
        failure::Failure,
        root_key::{self, unlock::Unlock},
        terminal,
    },
};

/// Organizations whose names are looked up at most.
const NAMES_MAX: i64 = 100_000;

/// Proves what was chosen and prints what was found.
pub(super) async fn run(settings: &Settings, choice: &VerifyChoice) -> Result<(), Failure> {
    let began = Instant::now();
    // Checkpoints first: the log of a running server grows meanwhile, and must not be shorter than they say.
    let kept = kept(settings, &choice.checkpoint)?;
    let database = open(settings).await?;
    let names = names(&database).await.map_err(|error| unreadable(settings, &error))?;
    let keys = keys(settings, choice, &database).await?;
    let chosen = match &choice.organization {
        None => {
            verify::organizations(&database, &kept).await.map_err(|error| unreadable(settings, &error))?
        }
        Some(slug) => vec![named(&names, slug)?],
    };
    let mut reports = Vec::new();
    for organization in &chosen {
        let report = verify::verify(&database, organization, &keys, &kept, &|_| {}).await;
        let report = report.map_err(|error| unreadable(settings, &error))?;
        terminal::line(&sentence(&report, &names));
        reports.push(report);
    }
    print_rate(&reports, began);
    match reports.iter().filter(|report| report.fault.is_some()).count() {
        0 => Ok(()),
        count => Err(Failure::failed(
            format!("{count} of {} audit logs cannot be proven", reports.len()),
            "keep a copy of this database as it is, and compare it with a backup: docs/audit.md",
        )),
    }
}

fn kept(settings: &Settings, files: &[std::path::PathBuf]) -> Result<Vec<Checkpoint>, Failure> {
    let read = |path: &Path| {
        anchor::read(path).map_err(|error| {
            Failure::settings(
                format!("cannot read checkpoints from {}: {error}", path.display()),
                "name a file that tacit audit checkpoint has made",
            )
        })
    };
    if files.is_empty() {
        return read(&settings.data_folder.join("audit-checkpoints"));
    }
    let mut all = Vec::new();
    for path in files {
        let kept = read(path)?;
        if kept.is_empty() {
            return Err(Failure::settings(
                format!("{} holds no checkpoint", path.display()),
                "name a file that tacit audit checkpoint has made",
            ));
        }
        terminal::line(&format!("{}: {} checkpoints", path.display(), kept.len()));
        all.extend(kept);
    }
    Ok(all)
}

/// The keys to believe, of which it is said who vouches for them.
async fn keys(
    settings: &Settings,
    choice: &VerifyChoice,
    database: &Database,
) -> Result<Vec<VerifyingKey>, Failure> {
    let root = root_key::load(&settings.root_key, false, &mut Unlock::Ask, &Random::system());
    let root = root.ok().map(|loaded| loaded.key);
    let known = verify::keys(database, root.as_ref()).await.map_err(|error| unreadable(settings, &error))?;
    let is_believed = |known: &KnownKey| {
        if choice.key.is_empty() {
            known.is_ours.unwrap_or(true)
        } else {
            choice.key.iter().any(|fingerprint| fingerprint == known.key.id())
        }
    };
    for known in &known {
        let about = match (is_believed(known), choice.key.is_empty(), known.is_ours) {
            (false, ..) => "not believed",
            (true, false, _) => "the one that you named",
            (true, true, Some(_)) => "of the root key",
            (true, true, None) => "nobody vouches for it: no root key at hand, and none named with --key",
        };
        terminal::line(&format!("key {}: {about}", known.key.id()));
    }
    Ok(known.into_iter().filter(is_believed).map(|known| known.key).collect())
}

/// Slugs and names by id.
async fn names(database: &Database) -> crate::app::Result<HashMap<OrganizationId, (String, String)>> {
    let rows = organizations::list_all(&mut database.read().await?, NAMES_MAX).await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.slug, row.name))).collect())
}

fn named(names: &HashMap<OrganizationId, (String, String)>, slug: &str) -> Result<OrganizationId, Failure> {
    let found = names.iter().find(|(_, (other, _))| other == slug);
    found.map(|(id, _)| id.clone()).ok_or_else(|| {
        Failure::failed(
            format!("there is no organization with the slug {slug:?}"),
            "leave --organization out",
        )
    })
}

fn sentence(report: &Report, names: &HashMap<OrganizationId, (String, String)>) -> String {
    let id = report.organization.as_str();
    let who = match names.get(&report.organization) {
        Some((slug, name)) => format!("{name} ({slug})"),
        None if id.is_empty() => "the instance".to_owned(),
        None => format!("deleted organization {id}"),
    };
    let counts = report.counts;
    let mut text = format!(
        "{who}: {} events, {} checkpoints up to event {}",
        counts.events, counts.checkpoints, counts.signed
    );
    if counts.pruned > 0 {
        let (pruned, blocks) = (counts.pruned, counts.pruned_blocks);
        let _ = write!(text, ", {pruned} events pruned by retention in {blocks} blocks");
    }
    if report.waiting > 0 {
        let _ = write!(text, ", {} not sealed yet", report.waiting);
    }
    match &report.fault {
        None => format!("{text}: proven"),
        Some(fault) => format!("{text}: NOT PROVEN from event {} on: {fault}", fault.sequence()),
    }
}

fn print_rate(reports: &[Report], began: Instant) {
    let events: i64 = reports.iter().map(|report| report.counts.events).sum();
    let millis = began.elapsed().as_millis().max(1);
    let rate = u128::from(events.unsigned_abs()) * 1000 / millis;
    terminal::line(&format!("{events} events in {millis} ms: {rate} events/s"));
}
