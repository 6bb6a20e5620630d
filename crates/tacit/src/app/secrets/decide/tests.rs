use serde_json::{Value, json};

use super::super::fixtures::{access, place, tags};
use super::*;

/// May edit everything in `dev`, and read all but what is called `PROD_…` or has the tag `pci`.
fn editor() -> Value {
    json!([
        { "subject": "secrets", "action": ["describeSecret", "readValue", "edit"] },
        {
            "subject": "secrets", "action": ["readValue"], "inverted": true,
            "conditions": { "secretName": { "$glob": "PROD_*" } },
        },
        {
            "subject": "secrets", "action": ["readValue"], "inverted": true,
            "conditions": { "secretTags": { "$in": ["pci"] } },
        },
    ])
}

fn change(rules: &Value, before: (&str, &[&str]), after: (&str, &[&str])) -> Result<bool> {
    let (access, place) = (access(rules), place("/"));
    let (tags_before, tags_after) = (tags(before.1), tags(after.1));
    require_change(
        &Judged::new(&access, &place, before.0, &tags_before),
        &Judged::new(&access, &place, after.0, &tags_after),
    )
}

#[test]
fn a_value_does_not_become_readable_by_renaming_or_by_taking_a_tag_off() {
    assert!(change(&editor(), ("PROD_KEY", &[]), ("KEY", &[])).is_err());
    assert!(change(&editor(), ("KEY", &["pci"]), ("KEY", &[])).is_err());
    assert!(change(&editor(), ("KEY", &["a", "pci"]), ("KEY", &["a"])).is_err());
}

#[test]
fn a_change_that_reveals_nothing_is_allowed() {
    assert!(change(&editor(), ("KEY", &[]), ("OTHER", &["a"])).unwrap());
    assert!(change(&editor(), ("KEY", &[]), ("PROD_KEY", &["pci"])).unwrap());
    assert!(!change(&editor(), ("PROD_KEY", &["pci"]), ("PROD_KEY", &[])).unwrap());
    assert!(!change(&editor(), ("PROD_KEY", &[]), ("PROD_OTHER", &[])).unwrap());
}

#[test]
fn both_states_have_to_be_editable() {
    let rules = json!([{
        "subject": "secrets", "action": ["read", "edit"], "conditions": { "secretName": { "$glob": "A*" } },
    }]);
    assert!(change(&rules, ("A1", &[]), ("A2", &[])).unwrap());
    assert!(change(&rules, ("A1", &[]), ("B", &[])).is_err());
    assert!(change(&rules, ("B", &[]), ("A1", &[])).is_err());
}

#[test]
fn what_nothing_at_a_place_could_allow_is_refused_before_looking() {
    let rules = json!([{
        "subject": "secrets", "action": "read",
        "conditions": { "environment": "dev", "secretPath": { "$glob": "/app/**" }, "secretTags": { "$in": ["a"] } },
    }]);
    let access = access(&rules);
    let at = |environment, path| Object::new().environment(environment).secret_path(path).secret_name("K");

    assert!(possible(&access, Action::ReadValue, &at("dev", "/app/web")).is_ok());
    assert!(possible(&access, Action::ReadValue, &at("prod", "/app/web")).is_err());
    assert!(possible(&access, Action::ReadValue, &at("dev", "/other")).is_err());
    assert!(possible(&access, Action::Edit, &at("dev", "/app/web")).is_err());
}
