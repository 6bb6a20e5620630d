//! One folder in all environments of a project, as a table without values.
//!
//! What a cell says of its value (empty, a reference, several lines, equal to another) it says only
//! to those who may read the value.

mod cells;

use std::collections::{BTreeMap, HashMap};

use tacit_core::{
    id::FolderId,
    name::SecretPath,
    permission::{Action, Object, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    environments::{self, EnvironmentRow},
    folders,
    folders::FolderRow,
    projects::ProjectRow,
    tags,
};

use cells::Reader;
pub use cells::{Cell, Flag};

use super::{
    decide::{could, possible},
    location::Place,
    state::Tag,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::{Error, Result},
    folders::is_visible_in,
};

/// Names in one table at most. A folder with more has to be listed one environment at a time.
pub const MATRIX_KEYS_MAX: usize = 20_000;

/// A folder in all environments.
#[derive(Debug)]
pub struct Matrix {
    /// The project.
    pub project: ProjectRow,
    /// The path of the folder.
    pub path: SecretPath,
    /// One for each environment, in their order.
    pub columns: Vec<Column>,
    /// The names of its secrets by their bytes, and under each the cell of every column.
    pub rows: BTreeMap<String, Vec<Option<Cell>>>,
    /// The names of the folders in it, and under each the id in every column.
    pub folders: BTreeMap<String, Vec<Option<FolderId>>>,
    /// The project's tags, which cells name by their position.
    pub tags: Vec<Tag>,
    /// Who made versions and when, which cells name by their position.
    pub changes: Vec<CellChange>,
}

/// One environment.
#[derive(Debug)]
pub struct Column {
    /// The environment.
    pub environment: EnvironmentRow,
    /// The folder there, if it exists and the caller may see something in it.
    pub folder_id: Option<FolderId>,
    /// What the caller could do with some secret of the folder there.
    pub can: Can,
}

/// What a caller could do with some secret of a folder.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
pub struct Can {
    /// See that it is there.
    pub describe: bool,
    /// Read its value.
    pub read: bool,
    /// Make one.
    pub create: bool,
    /// Change it.
    pub edit: bool,
    /// Delete it.
    pub delete: bool,
}

/// Who made a version, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CellChange {
    /// When.
    pub at: Timestamp,
    /// `user` or `identity`.
    pub actor_type: String,
    /// Who.
    pub actor_id: String,
    /// Their name then.
    pub actor_name: String,
}

/// One folder in all environments. Environments where the caller may see nothing come empty.
///
/// # Errors
///
/// [`Error::Forbidden`] if the caller could see no secret there in any environment,
/// [`Error::NotFound`] if no environment has the folder, [`Error::Invalid`] if it has more than
/// [`MATRIX_KEYS_MAX`] names.
pub async fn matrix(app: &App, caller: &Caller, project: &ProjectName, path: SecretPath) -> Result<Matrix> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    possible(&access, Action::DescribeSecret, &Object::default())?;
    let columns = columns(&mut db, &access, &path).await?;
    check_visible(&access, &columns, &path)?;
    let mut tags: Vec<Tag> =
        tags::list(&mut db, &access.project.id).await?.into_iter().map(Tag::from).collect();
    tags.sort();
    let reader = Reader { caller, path: &path, tags: &tags };
    let (rows, changes) = cells::read(app, &mut db, &access, &columns, reader).await?;
    let folders = folders_in(&mut db, &access, &columns).await?;
    drop(db);
    record(app, caller, &access, &path, rows.len())?;
    Ok(Matrix { project: access.project, path, columns, rows, folders, tags, changes })
}

async fn columns(db: &mut Connection, access: &ProjectAccess, path: &SecretPath) -> Result<Vec<Column>> {
    let mut all = environments::list(db, &access.project.id).await?;
    all.sort_by(|one, other| (one.position, &one.slug).cmp(&(other.position, &other.slug)));
    let mut columns = Vec::with_capacity(all.len());
    for environment in all {
        let can = Can::of(access, &environment.slug, path);
        let folder = if can.any() {
            folders::find(db, &access.project.id, &environment.slug, path).await?
        } else {
            None
        };
        columns.push(Column { can, folder_id: folder.map(|folder| folder.id), environment });
    }
    Ok(columns)
}

impl Can {
    fn of(access: &ProjectAccess, environment: &str, path: &SecretPath) -> Self {
        let object = Object::new().environment(environment).secret_path(path.as_str());
        let can = |action| could(access, action, &object);
        Self {
            describe: can(Action::DescribeSecret),
            read: can(Action::ReadValue),
            create: can(Action::Create),
            edit: can(Action::Edit),
            delete: can(Action::Delete),
        }
    }

    const fn any(self) -> bool {
        self.describe || self.read || self.create || self.edit || self.delete
    }
}

fn check_visible(access: &ProjectAccess, columns: &[Column], path: &SecretPath) -> Result<()> {
    if !columns.iter().any(|column| column.can.describe) {
        let mut object = Object::new().secret_path(path.as_str());
        if let Some(column) = columns.first() {
            object = object.environment(&column.environment.slug);
        }
        return Err(access.impossible(Action::DescribeSecret, Subject::Secrets, &object));
    }
    if columns.iter().all(|column| column.folder_id.is_none()) {
        return Err(Error::NotFound(format!("Folder with path '{path}' was not found in any environment")));
    }
    Ok(())
}

/// The folders in the folder, in those environments where the caller may see them.
async fn folders_in(
    db: &mut Connection,
    access: &ProjectAccess,
    columns: &[Column],
) -> Result<BTreeMap<String, Vec<Option<FolderId>>>> {
    let mut all: BTreeMap<String, Vec<Option<FolderId>>> = BTreeMap::new();
    for (position, column) in columns.iter().enumerate() {
        let Some(parent) = &column.folder_id else { continue };
        for row in folders::children(db, parent).await? {
            if is_visible_in(access, &column.environment.slug, &row) {
                let FolderRow { name, id, .. } = row;
                all.entry(name).or_insert_with(|| vec![None; columns.len()])[position] = Some(id);
            }
        }
    }
    Ok(all)
}

/// Gives each of equal things the same position.
#[derive(Debug, Default)]
struct Positions {
    known: HashMap<CellChange, usize>,
    all: Vec<CellChange>,
}

impl Positions {
    fn of(&mut self, change: CellChange) -> usize {
        if let Some(position) = self.known.get(&change) {
            return *position;
        }
        let position = self.all.len();
        self.all.push(change.clone());
        self.known.insert(change, position);
        position
    }
}

impl Column {
    /// The folder as a place; `None` where the caller sees nothing.
    fn place(&self, access: &ProjectAccess, path: &SecretPath) -> Option<Place> {
        let folder_id = self.folder_id.clone().filter(|_| self.can.describe)?;
        Some(Place {
            project_id: access.project.id.clone(),
            environment_id: self.environment.id.clone(),
            environment: self.environment.slug.clone(),
            folder_id,
            path: path.as_str().to_owned(),
        })
    }
}

fn record(app: &App, caller: &Caller, access: &ProjectAccess, path: &SecretPath, count: usize) -> Result<()> {
    let event = Event::new(app, caller, "get-secrets")
        .project(&access.project.id)
        .with("secretPath", path.as_str())
        .with("numberOfSecrets", count);
    app.audit.record(event)
}
