//! What other nodes changed: asked for again and again, because nothing else works on every engine that
//! speaks PostgreSQL's protocol (architecture 5).

use std::collections::HashMap;

use tacit_core::id::ProjectId;

use crate::{
    Database,
    error::Result,
    revisions::Uptime,
    value::{Value, row},
};

/// Projects asked for in one statement at most.
const PROJECTS_MAX: usize = 100;

row! {
    /// How far a project has come.
    pub struct ProjectRevisionRow {
        /// Which project.
        pub id: ProjectId,
        /// The number of commits so far.
        pub revision: i64,
    }
}

/// Asks the database how far the rights and the projects in use have come, and confirms it from
/// `began_at`, which is now. Nobody but this process writes to a SQLite file, so it need not be asked.
///
/// # Errors
///
/// Fails only if the database does. Then nothing is confirmed.
pub async fn follow(database: &Database, began_at: Uptime) -> Result<()> {
    if database.is_of_one_process() {
        return Ok(());
    }
    let revisions = database.revisions();
    let followed = revisions.followed();
    let mut db = database.read().await?;
    let rights: i64 =
        db.fetch_one("SELECT revision AS number FROM rights_revisions WHERE id = 1", &[]).await?;
    let mut found = HashMap::new();
    for some in followed.chunks(PROJECTS_MAX) {
        let ids: Vec<Value<'_>> = some.iter().map(Value::from).collect();
        let rows: Vec<ProjectRevisionRow> = db.fetch_all(&projects_sql(ids.len()), &ids).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row.revision)));
    }
    revisions.confirm(began_at, rights, &followed, &found);
    Ok(())
}

fn projects_sql(count: usize) -> String {
    let ids: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    format!("SELECT id, revision FROM projects WHERE id IN ({})", ids.join(", "))
}
