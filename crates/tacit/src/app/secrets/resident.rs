//! Answers made of what is in memory: the caller's place in the project and the folder, encrypted.
//!
//! None wherever the answer would be a refusal or takes more than the folder has itself: then the
//! database is read.

use std::sync::{Arc, atomic::Ordering};

use tacit_core::permission::Action;

use super::{
    GetSecret, Kind, ListSecrets, Overrides, SecretList,
    decide::{Judged, could},
    expand::Expander,
    list,
    listing::Listing,
    plain::PlainSecret,
    read,
};
use crate::app::{
    App, Caller,
    answers::{Answer, AnswerTag, Asked, Question},
    error::Result,
    residents,
};

/// The list of a folder that is in memory.
pub(super) fn answer_list(
    app: &App,
    caller: &Caller,
    request: &ListSecrets,
    held: &[AnswerTag],
) -> Result<Option<Answer<SecretList>>> {
    let has_overrides = request.overrides != Overrides::Without && caller.user_id().is_some();
    if request.moment.is_some() || request.is_recursive || has_overrides {
        return Ok(None);
    }
    let Some((access, folder)) = residents::find(app, caller, &request.at) else { return Ok(None) };
    let is_visible = could(&access, Action::DescribeSecret, &request.at.object());
    let is_given = access.project.plaintext_reads || !request.shows_values;
    let has_imports = request.includes_imports && folder.has_imports;
    let has_more = has_imports || request.expands && folder.has_references.load(Ordering::Relaxed);
    if !is_visible || !is_given || has_more {
        return Ok(None);
    }
    let asked = Asked::new(app, caller, &access, Question::List(request.clone()));
    if let Some(answer) = asked.held(held) {
        list::record(app, caller, &access.project.id, Arc::clone(&answer.facts))?;
        return Ok(Some(Answer::Unchanged(answer.tag)));
    }
    let key = access.key_for(app, request.shows_values)?;
    let listing = Listing { access: &access, key: &key, request, base: &folder.place };
    let secrets = listing.secrets_of(&folder)?;
    if request.expands && secrets.iter().any(PlainSecret::may_have_references) {
        // The next such list does not decrypt in vain.
        folder.has_references.store(true, Ordering::Relaxed);
        return Ok(None);
    }
    let list = SecretList { secrets, imports: Vec::new() };
    let facts = Arc::new(list::facts(request, &list, &Expander::default()));
    list::record(app, caller, &access.project.id, Arc::clone(&facts))?;
    Ok(Some(Answer::Made(list, asked.tag_source(true, facts))))
}

/// A secret of a folder that is in memory.
pub(super) fn answer_get(
    app: &App,
    caller: &Caller,
    request: &GetSecret,
    held: &[AnswerTag],
) -> Result<Option<Answer<PlainSecret>>> {
    let is_personal = request.kind == Kind::Personal;
    if request.moment.is_some() || request.version.is_some() || is_personal {
        return Ok(None);
    }
    let Some((access, folder)) = residents::find(app, caller, &request.at) else { return Ok(None) };
    let Some(stored) = folder.find(&request.name) else { return Ok(None) };
    let judged = Judged::new(&access, &folder.place, &stored.row.name, &stored.tags);
    let is_allowed = read::needed(request.shows_value).iter().all(|action| judged.allows(*action));
    let is_given = access.project.plaintext_reads || !request.shows_value;
    if !is_allowed || !is_given {
        return Ok(None);
    }
    let asked = Asked::new(app, caller, &access, Question::Get(request.clone()));
    if let Some(answer) = asked.held(held) {
        read::record_facts(app, caller, &access.project.id, Arc::clone(&answer.facts))?;
        return Ok(Some(Answer::Unchanged(answer.tag)));
    }
    let key = access.key_for(app, request.shows_value)?;
    let secret = PlainSecret::decrypt(&key, &folder.place, stored.clone(), request.shows_value)?;
    if request.expands && secret.may_have_references() {
        return Ok(None);
    }
    let facts = Arc::new(read::facts(&secret, &Expander::default()));
    read::record_facts(app, caller, &access.project.id, Arc::clone(&facts))?;
    Ok(Some(Answer::Made(secret, asked.tag_source(true, facts))))
}
