//! Things that the unit tests of secrets share.

use serde_json::Value;
use tacit_core::{
    cipher::Ciphertext,
    permission::{Fingerprint, PermissionSet, Rule, Scope},
    time::Timestamp,
};
use tacit_store::projects::ProjectRow;

use super::{location::Place, state::Tag};
use crate::app::access::ProjectAccess;

/// A caller in a project with one role that has these rules.
pub(in crate::app) fn access(rules: &Value) -> ProjectAccess {
    let rules = Rule::parse_all(rules.as_array().unwrap(), Scope::Project).unwrap();
    let now = Timestamp::from_millis(0);
    let project = ProjectRow {
        id: "p".to_owned().into(),
        organization_id: "o".to_owned().into(),
        name: "Shop".to_owned(),
        slug: "shop".to_owned(),
        description: None,
        r#type: "secret-manager".to_owned(),
        data_key_ciphertext: Ciphertext(Vec::new()),
        other_data_key_ciphertext: None,
        revision: 0,
        auto_capitalization: true,
        has_delete_protection: false,
        secret_sharing: true,
        show_snapshots_legacy: false,
        pit_version_limit: 10,
        plaintext_reads: true,
        audit_logs_retention_days: None,
        created_at: now,
        updated_at: now,
    };
    let fingerprint = Fingerprint::of(["rules"]);
    let permissions = PermissionSet::new(vec![rules]).into();
    ProjectAccess { project, grants: Vec::new(), permissions, fingerprint, entered: None }
}

/// A folder of `dev`.
pub(super) fn place(path: &str) -> Place {
    Place {
        project_id: "p".to_owned().into(),
        environment_id: "e".to_owned().into(),
        environment: "dev".to_owned(),
        folder_id: format!("folder {path}").into(),
        path: path.to_owned(),
    }
}

/// Tags with these slugs.
pub(super) fn tags(slugs: &[&str]) -> Vec<Tag> {
    let tag = |slug: &&str| Tag { slug: (*slug).to_owned(), id: (*slug).to_owned().into(), color: None };
    slugs.iter().map(tag).collect()
}
