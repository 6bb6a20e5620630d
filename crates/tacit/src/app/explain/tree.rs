//! What somebody may do in each folder of a project.

use tacit_core::permission::{Object, PermissionSet, Scope};
use tacit_store::secret_search::SearchedFolderRow;

use super::{
    PAGE_MAX, Who,
    extent::{Extent, PLACE_RIGHTS, Right, general_rights},
    given::permissions,
    given_to,
    places::{Counter, Places, object_of},
    reasons::counted,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    bounds::Bounds,
    error::Result,
    service_tokens,
};

/// Whose rights are shown, and where.
#[derive(Clone, Debug)]
pub struct TreeQuery {
    /// Whose; the caller's if absent.
    pub who: Option<Who>,
    /// Only in the environment with this slug.
    pub environment: Option<String>,
    /// Places to leave out at the beginning.
    pub offset: i64,
    /// Places in the answer, 1 to [`PAGE_MAX`].
    pub limit: i64,
}

/// What somebody may do in a project.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Who.
    pub who: Who,
    /// How many places there are that the caller may see.
    pub total: usize,
    /// Whether those are all places.
    pub is_complete: bool,
    /// Some of them.
    pub places: Vec<TreePlace>,
    /// What is about no place in particular, without what is not allowed.
    pub general: Vec<(Right, Extent)>,
}

/// What somebody may do in a folder.
#[derive(Clone, Debug)]
pub struct TreePlace {
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: String,
    /// How many secrets are in it that the caller may see; `None` if it may not know.
    pub secrets: Option<i64>,
    /// What may be done, for secrets with how many of those. What nothing says anything about is left
    /// out.
    pub rights: Vec<(Right, Extent, Option<i64>)>,
}

/// What somebody may do now in each folder that the caller may see.
///
/// # Errors
///
/// As [`explain`](super::explain), and [`Error::Form`](crate::app::Error::Form) beyond the bounds.
pub async fn tree(app: &App, caller: &Caller, project: &ProjectName, query: &TreeQuery) -> Result<Tree> {
    check_page(query.offset, query.limit)?;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    let who = query.who.clone().or_else(|| Who::of(caller)).ok_or_else(service_tokens::no_member)?;
    let given = given_to(&mut db, caller, &access, &who).await?;
    let set = permissions(&counted(&given, app.now()));
    let all = Places::load(&mut db, &access, query.environment.as_deref()).await?;
    let counter = Counter::load(&mut db, &access.project.id, &access.permissions, &[&set]).await?;
    drop(db);
    let page = page(&all.folders, query.offset, query.limit);
    let tree = Tree {
        total: all.folders.len(),
        is_complete: all.is_complete,
        places: page.iter().map(|folder| place(&counter, &set, folder)).collect(),
        general: general(&set),
        who,
    };
    let event = Event::new(app, caller, "get-access-tree")
        .project(&access.project.id)
        .with("actorId", tree.who.id())
        .with("environment", query.environment.as_deref());
    app.audit.record(event)?;
    Ok(tree)
}

pub(super) fn check_page(offset: i64, limit: i64) -> Result<()> {
    let mut bounds = Bounds::default();
    bounds.number("offset", Some(offset), &(0..=1_000_000));
    bounds.number("limit", Some(limit), &(1..=PAGE_MAX));
    bounds.finish()
}

pub(super) fn page<T>(all: &[T], offset: i64, limit: i64) -> &[T] {
    let begin = usize::try_from(offset).unwrap_or(usize::MAX).min(all.len());
    let length = usize::try_from(limit).unwrap_or(0).min(all.len() - begin);
    &all[begin..begin + length]
}

fn place(counter: &Counter<'_>, set: &PermissionSet, folder: &SearchedFolderRow) -> TreePlace {
    let right = |right: &Right| {
        let extent = Extent::of(set, *right, &object_of(folder));
        let is_secret = right.subject == tacit_core::permission::Subject::Secrets;
        let count = if is_secret { counter.allowed(folder, set, *right, extent) } else { None };
        (extent != Extent::None).then_some((*right, extent, count))
    };
    TreePlace {
        environment: folder.environment_slug.clone(),
        path: folder.path.clone(),
        secrets: counter.visible(folder),
        rights: PLACE_RIGHTS.iter().filter_map(right).collect(),
    }
}

fn general(set: &PermissionSet) -> Vec<(Right, Extent)> {
    let extent = |right| (right, Extent::of(set, right, &Object::default()));
    general_rights(Scope::Project).map(extent).filter(|(_, extent)| *extent != Extent::None).collect()
}
