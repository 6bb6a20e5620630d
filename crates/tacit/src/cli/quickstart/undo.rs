//! Undoing: the projects that a quickstart made, and the identities it made in them.

use serde_json::{Value, json};

use super::{
    super::{
        client::{self, Client},
        failure::Failure,
        terminal,
    },
    DESCRIPTION, IDENTITY, PROJECT,
};

/// Deletes what earlier quickstarts made.
pub(super) fn run(person: &Client, is_json: bool) -> Result<(), Failure> {
    let projects = projects(person)?;
    let mut identities = Vec::new();
    for project in &projects {
        for identity in identities_of(person, project)? {
            person.delete(&format!("/api/v1/identities/{identity}"))?;
            identities.push(identity);
        }
        person.delete(&format!("/api/v1/projects/{project}"))?;
    }
    if is_json {
        terminal::line(&format!("{:#}", json!({ "projectIds": projects, "identityIds": identities })));
    } else {
        show(&projects, &identities);
    }
    Ok(())
}

/// The ids of the projects that a quickstart made: known by name and description, so that a project
/// of one's own with the same name stays.
pub(super) fn projects(person: &Client) -> Result<Vec<String>, Failure> {
    let answer = person.get("/api/v1/projects")?;
    let is_ours = |project: &&Value| {
        project.get("name") == Some(&json!(PROJECT))
            && project.get("description") == Some(&json!(DESCRIPTION))
    };
    array(&answer, "projects").iter().filter(is_ours).map(|project| client::text(project, "/id")).collect()
}

fn identities_of(person: &Client, project_id: &str) -> Result<Vec<String>, Failure> {
    let answer = person.get(&format!("/api/v1/projects/{project_id}/memberships/identities?limit=1000"))?;
    let is_ours = |membership: &&Value| membership.pointer("/identity/name") == Some(&json!(IDENTITY));
    array(&answer, "identityMemberships")
        .iter()
        .filter(is_ours)
        .map(|membership| client::text(membership, "/identity/id"))
        .collect()
}

fn array<'a>(answer: &'a Value, field: &str) -> &'a [Value] {
    answer.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn show(projects: &[String], identities: &[String]) {
    if projects.is_empty() {
        terminal::line("There is nothing to undo.");
    }
    for id in identities {
        terminal::line(&format!("{} deleted identity {IDENTITY}  {id}", terminal::green("✓")));
    }
    for id in projects {
        terminal::line(&format!("{} deleted project {PROJECT}  {id}", terminal::green("✓")));
    }
}
