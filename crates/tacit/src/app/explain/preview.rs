//! What a change of a role would grant or take away.

use std::{collections::BTreeMap, sync::Arc};

use tacit_core::{
    permission::{Action, Object, PermissionSet, Rule, Scope, Subject},
    time::Timestamp,
};
use tacit_store::{Connection, secret_search::SearchedFolderRow};

use super::{
    Given, Kind, Who,
    everyone::{everyone, require_members},
    extent::{Extent, PLACE_RIGHTS, Right, general_rights},
    given::permissions,
    organization_holders::organization_holders,
    places::{Counter, Places, object_of},
    reasons::counted,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    error::Result,
    roles::{self, Owner, RoleName},
};

/// Folders that one preview looks at, at most.
pub const PREVIEW_PLACES_MAX: usize = 1_000;
/// Changed folders that it lists at most.
const CHANGED_PLACES_MAX: usize = 200;
/// Holders of the role that it lists at most.
const HOLDERS_MAX: usize = 200;
/// Decisions on single holders that it makes at most; what is left is not known.
const HOLDER_DECISIONS_MAX: usize = 50_000;

/// A role as it would be.
#[derive(Clone, Debug)]
pub struct RoleDraft {
    /// Whose role.
    pub owner: Owner,
    /// The role that would be changed; `None` for a new one.
    pub role: Option<RoleName>,
    /// The rules it would have.
    pub rules: Vec<serde_json::Value>,
}

/// What a draft allows, and how that differs from the saved role.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Whether all places were looked at: not above [`PREVIEW_PLACES_MAX`].
    pub is_complete: bool,
    /// What the draft says in each environment.
    pub environments: Vec<EnvironmentSummary>,
    /// The places where something changes, the first of them.
    pub places: Vec<ChangedPlace>,
    /// How many places that are.
    pub changed_places: usize,
    /// What changes that is about no place in particular.
    pub general: Vec<ChangedRight>,
    /// Who has the role, the first of them.
    pub holders: Vec<Holder>,
    /// How many that are, as far as the caller may see them.
    pub holder_count: usize,
}

/// What a draft says about an environment.
#[derive(Clone, Debug)]
pub struct EnvironmentSummary {
    /// The slug of the environment.
    pub environment: String,
    /// How many folders were looked at.
    pub folders: usize,
    /// For each right on secrets the least and the most that it reaches in any folder, and for how many
    /// secrets; `None` if that is not known.
    pub secrets: Vec<(Right, (Extent, Extent), Option<i64>)>,
}

/// A place where something changes.
#[derive(Clone, Debug)]
pub struct ChangedPlace {
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: String,
    /// What changes there.
    pub rights: Vec<ChangedRight>,
}

/// A right that changes.
#[derive(Clone, Copy, Debug)]
pub struct ChangedRight {
    /// Which.
    pub right: Right,
    /// How far it reached.
    pub before: Extent,
    /// How far it would reach.
    pub after: Extent,
    /// For how many secrets it would be granted, if it is about secrets and known.
    pub granted: Option<i64>,
    /// From how many secrets it would be taken, if it is about secrets and known.
    pub taken: Option<i64>,
}

/// Somebody who has the role.
#[derive(Clone, Debug)]
pub struct Holder {
    /// `user`, `identity` or `group`.
    pub kind: &'static str,
    /// Their id.
    pub id: String,
    /// The name of an identity or group, the e-mail of a person.
    pub name: String,
    /// Whether they would gain and lose something, taking all they have into account; `None` if that was
    /// not looked at.
    pub effect: Option<(bool, bool)>,
}

/// What a draft of a role would allow, and what that changes for those who have the role. Only places
/// and members that the caller may see are looked at.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without the right to read roles and to see those
/// who have them, [`Error::Form`](crate::app::Error::Form) for rules that are none,
/// [`Error::NotFound`](crate::app::Error::NotFound) if there is no such role.
pub async fn preview(app: &App, caller: &Caller, draft: RoleDraft) -> Result<Preview> {
    let mut db = app.database.read().await?;
    let place = roles::Place::enter(&mut db, caller, &draft.owner, app.now()).await?;
    place.require(Action::Read)?;
    let access = match &draft.owner {
        Owner::Project(name) => Some(members_of(&mut db, caller, name, app.now()).await?),
        Owner::Organization(_) => {
            caller.organization()?.require(Action::Read, Subject::Member)?;
            None
        }
    };
    let rules = roles::parse_rules(&draft.rules, place.scope(), "permissions")?;
    let saved = match &draft.role {
        Some(name) => Some(place.role(&mut db, name).await?),
        None => None,
    };
    let change = Change::new(saved.as_ref().map_or_else(Vec::new, |role| role.rules.clone()), rules);
    let event = place.event(app, caller, "preview-project-role", "preview-organization-role");
    let event = event.with("role", saved.as_ref().map(|role| role.slug.as_str()));
    let mut preview =
        Preview { is_complete: true, general: change.general(place.scope()), ..Preview::default() };
    match (&access, &saved) {
        (Some(access), saved) => {
            let folders = in_places(&mut db, access, &change, &mut preview).await?;
            if let Some(role) = saved {
                let holders = Holders { slug: &role.slug, is_custom: !role.is_built_in(), change: &change };
                holders.in_project(&mut db, access, &folders, app.now(), &mut preview).await?;
            }
        }
        (None, Some(role)) => preview.holders = organization_holders(&mut db, caller, role).await?,
        (None, None) => {}
    }
    app.audit.record(event)?;
    preview.holder_count = preview.holders.len();
    preview.holders.truncate(HOLDERS_MAX);
    Ok(preview)
}

async fn members_of(
    db: &mut Connection,
    caller: &Caller,
    name: &ProjectName,
    now: Timestamp,
) -> Result<ProjectAccess> {
    let access = ProjectAccess::enter(db, caller, name, now).await?;
    require_members(&access)?;
    Ok(access)
}

/// The saved rules and those of the draft, each as a role alone.
struct Change {
    before: PermissionSet,
    after: PermissionSet,
    rules: Arc<Vec<Rule>>,
}

impl Change {
    fn new(before: Vec<Rule>, after: Vec<Rule>) -> Self {
        Self {
            before: PermissionSet::new(vec![before]),
            after: PermissionSet::new(vec![after.clone()]),
            rules: Arc::new(after),
        }
    }

    fn general(&self, scope: Scope) -> Vec<ChangedRight> {
        let object = Object::default();
        let changed = |right| {
            let (before, after) =
                (Extent::of(&self.before, right, &object), Extent::of(&self.after, right, &object));
            (before != after).then_some(ChangedRight { right, before, after, granted: None, taken: None })
        };
        general_rights(scope).filter_map(changed).collect()
    }

    /// What changes in a folder.
    fn at(&self, folder: &SearchedFolderRow, counter: &Counter<'_>) -> Vec<ChangedRight> {
        PLACE_RIGHTS.iter().filter_map(|right| self.right_at(*right, folder, counter)).collect()
    }

    fn right_at(
        &self,
        right: Right,
        folder: &SearchedFolderRow,
        counter: &Counter<'_>,
    ) -> Option<ChangedRight> {
        let object = object_of(folder);
        let before = Extent::of(&self.before, right, &object);
        let after = Extent::of(&self.after, right, &object);
        let is_known = before != Extent::Some && after != Extent::Some;
        if right.subject != Subject::Secrets {
            return (before != after).then_some(ChangedRight {
                right,
                before,
                after,
                granted: None,
                taken: None,
            });
        }
        let whole = |yes: bool| is_known.then_some(yes);
        let allows =
            |set: &PermissionSet, object: &Object<'_>| set.allows(right.action, right.subject, object);
        let gains = |object: &Object<'_>| !allows(&self.before, object) && allows(&self.after, object);
        let loses = |object: &Object<'_>| allows(&self.before, object) && !allows(&self.after, object);
        if before == after && is_known {
            return None;
        }
        let (was, is) = (before == Extent::All, after == Extent::All);
        let granted = counter.count(folder, gains, whole(!was && is));
        let taken = counter.count(folder, loses, whole(was && !is));
        let is_changed = before != after || granted.is_some_and(|n| n > 0) || taken.is_some_and(|n| n > 0);
        is_changed.then_some(ChangedRight { right, before, after, granted, taken })
    }
}

/// Looks at the places that the caller may see, and returns those it looked at.
async fn in_places(
    db: &mut Connection,
    access: &ProjectAccess,
    change: &Change,
    preview: &mut Preview,
) -> Result<Vec<SearchedFolderRow>> {
    let mut places = Places::load(db, access, None).await?;
    preview.is_complete = places.is_complete && places.folders.len() <= PREVIEW_PLACES_MAX;
    places.folders.truncate(PREVIEW_PLACES_MAX);
    let sets = [&change.before, &change.after];
    let counter = Counter::load(db, &access.project.id, &access.permissions, &sets).await?;
    let mut environments: BTreeMap<(i64, &str), Vec<&SearchedFolderRow>> = BTreeMap::new();
    for folder in &places.folders {
        environments.entry((folder.environment_position, &folder.environment_slug)).or_default().push(folder);
        let rights = change.at(folder, &counter);
        if rights.is_empty() {
            continue;
        }
        preview.changed_places += 1;
        if preview.places.len() < CHANGED_PLACES_MAX {
            let (environment, path) = (folder.environment_slug.clone(), folder.path.clone());
            preview.places.push(ChangedPlace { environment, path, rights });
        }
    }
    let summary = |((_, slug), folders): (&(i64, &str), &Vec<&SearchedFolderRow>)| EnvironmentSummary {
        environment: (*slug).to_owned(),
        folders: folders.len(),
        secrets: summary(&change.after, folders, &counter),
    };
    preview.environments = environments.iter().map(summary).collect();
    Ok(places.folders)
}

/// What the draft says about the secrets of some folders.
fn summary(
    set: &PermissionSet,
    folders: &[&SearchedFolderRow],
    counter: &Counter<'_>,
) -> Vec<(Right, (Extent, Extent), Option<i64>)> {
    let of_right = |right: &Right| {
        let mut reach: Option<(Extent, Extent)> = None;
        let mut count = Some(0);
        for folder in folders {
            let extent = Extent::of(set, *right, &object_of(folder));
            reach = Some(reach.map_or((extent, extent), |(low, high)| (low.min(extent), high.max(extent))));
            count = count.zip(counter.allowed(folder, set, *right, extent)).map(|(sum, more)| sum + more);
        }
        (*right, reach.unwrap_or((Extent::None, Extent::None)), count)
    };
    PLACE_RIGHTS.iter().filter(|right| right.subject == Subject::Secrets).map(of_right).collect()
}

/// Who has a role of a project.
struct Holders<'a> {
    slug: &'a str,
    is_custom: bool,
    change: &'a Change,
}

impl Holders<'_> {
    async fn in_project(
        &self,
        db: &mut Connection,
        access: &ProjectAccess,
        folders: &[SearchedFolderRow],
        now: Timestamp,
        preview: &mut Preview,
    ) -> Result<()> {
        let mut room = HOLDER_DECISIONS_MAX;
        for member in everyone(db, access).await? {
            if !member.given.iter().any(|given| self.is_role(given)) {
                continue;
            }
            let cost = folders.len() * PLACE_RIGHTS.len();
            let effect = room.checked_sub(cost).map(|rest| {
                room = rest;
                self.effect(&member.given, folders, now)
            });
            preview.holders.push(Holder::new(&member.who, member.name, effect));
        }
        Ok(())
    }

    fn is_role(&self, given: &Given) -> bool {
        given.role == self.slug && given.kind == if self.is_custom { Kind::CustomRole } else { Kind::Role }
    }

    /// Whether somebody who has the role gains and loses something by the change.
    fn effect(&self, given: &[Given], folders: &[SearchedFolderRow], now: Timestamp) -> (bool, bool) {
        let before = permissions(&counted(given, now));
        let mut changed = given.to_vec();
        for one in changed.iter_mut().filter(|one| self.is_role(one)) {
            one.rules = Arc::clone(&self.change.rules);
        }
        let after = permissions(&counted(&changed, now));
        let at_places = folders
            .iter()
            .flat_map(|folder| PLACE_RIGHTS.iter().map(move |right| (*right, object_of(folder))));
        let general = general_rights(Scope::Project).map(|right| (right, Object::default()));
        let mut effect = (false, false);
        for (right, object) in at_places.chain(general) {
            let (was, is) = (Extent::reach(&before, right, &object), Extent::reach(&after, right, &object));
            effect.0 |= is > was;
            effect.1 |= is < was;
        }
        effect
    }
}

impl Holder {
    fn new(who: &Who, name: String, effect: Option<(bool, bool)>) -> Self {
        Self { kind: who.kind(), id: who.id().to_owned(), name, effect }
    }
}
