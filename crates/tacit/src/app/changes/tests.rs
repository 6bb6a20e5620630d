use serde_json::{Value, json};
use tacit_core::permission::Subject;
use tacit_store::commits::CommitChangeRow;

use super::{EventKind, Interest, LoggedChange, PathPattern, Registration};
use crate::app::{
    access::ProjectAccess,
    caller::{Actor, Caller, Client},
    secrets::fixtures::access,
};

fn user(id: &str) -> Caller {
    let actor = Actor::User {
        id: id.to_owned().into(),
        email: "ada@example.test".to_owned(),
        session_id: Some("s".to_owned().into()),
        is_instance_admin: false,
    };
    let client = Client { ip: std::net::Ipv4Addr::LOCALHOST.into(), user_agent: "".into() };
    Caller::new(actor, None, client)
}

fn row(resource: &str, path: &str, name: &str) -> CommitChangeRow {
    CommitChangeRow {
        commit_id: "c".to_owned().into(),
        position: 0,
        revision: 1,
        resource_type: resource.to_owned(),
        resource_id: "r".to_owned(),
        folder_id: Some("f".to_owned().into()),
        name: name.to_owned(),
        version_before: Some(1),
        version_after: Some(2),
        environment_slug: Some("dev".to_owned()),
        folder_path: Some(path.to_owned()),
        owner_user_id: String::new(),
    }
}

fn seen(rules: &Value, row: CommitChangeRow) -> Option<LoggedChange> {
    LoggedChange::seen_by(&user("ada"), &access(rules), row)
}

fn subscribe_to_updates(conditions: &Value) -> Value {
    let mut rule = json!({
        "subject": Subject::SecretEventSubscriptions, "action": ["subscribe-to-update-events"]
    });
    if !conditions.is_null() {
        rule["conditions"] = conditions.clone();
    }
    rule
}

#[test]
fn each_event_is_judged_where_it_happened() {
    let rules = json!([subscribe_to_updates(&json!({ "secretPath": { "$glob": "/app/**" } }))]);
    assert!(seen(&rules, row("secret", "/app/web", "A")).is_some());
    assert_eq!(seen(&rules, row("secret", "/", "A")), None);
    let deleted = CommitChangeRow { version_after: None, ..row("secret", "/app", "A") };
    assert_eq!(seen(&rules, deleted), None, "only updates are allowed");
    let elsewhere = CommitChangeRow { folder_path: None, ..row("secret", "/app", "A") };
    assert_eq!(seen(&rules, elsewhere), None, "it is not known where it was");
}

#[test]
fn a_name_is_told_only_to_who_may_see_the_secret() {
    let describe = |conditions: Value| {
        json!([
            subscribe_to_updates(&Value::Null),
            { "subject": "secrets", "action": ["describeSecret"], "conditions": conditions },
        ])
    };
    let name = |rules: &Value| seen(rules, row("secret", "/", "A")).unwrap().name;
    assert_eq!(name(&json!([subscribe_to_updates(&Value::Null)])), None);
    assert_eq!(name(&describe(json!({ "secretName": "A" }))).as_deref(), Some("A"));
    assert_eq!(name(&describe(json!({ "secretName": "B" }))), None);
    assert_eq!(name(&describe(json!({ "secretTags": { "$in": ["red"] } }))), None);
}

#[test]
fn a_personal_override_is_its_owners_alone() {
    let rules = json!([subscribe_to_updates(&Value::Null)]);
    let override_of =
        |owner: &str| CommitChangeRow { owner_user_id: owner.to_owned(), ..row("secret", "/", "A") };
    assert_eq!(seen(&rules, override_of("eve")), None);
    assert!(seen(&rules, override_of("ada")).unwrap().is_personal);
}

#[test]
fn folders_environments_and_tags_need_the_right_to_read_them() {
    for (resource, subject) in
        [("folder", "secret-folders"), ("environment", "environments"), ("tag", "tags")]
    {
        let rules = json!([{ "subject": subject, "action": ["read"] }]);
        assert!(seen(&rules, row(resource, "/", "a")).is_some(), "{resource}");
        assert_eq!(seen(&json!([subscribe_to_updates(&Value::Null)]), row(resource, "/", "a")), None);
    }
    assert_eq!(seen(&json!([]), row("something new", "/", "a")), None);
}

#[test]
fn an_import_shows_its_source_only_to_who_may_read_imports() {
    let subscribe = json!({
        "subject": "secret-event-subscriptions", "action": ["subscribe-to-import-mutation-events"]
    });
    let import = || row("import", "/", "prod:/shared");
    let change = seen(&json!([subscribe]), import()).unwrap();
    assert_eq!((change.event(), change.name), (Some(EventKind::ImportMutation), None));
    let read = json!({ "subject": "secret-imports", "action": ["read"] });
    assert_eq!(seen(&json!([subscribe, read]), import()).unwrap().name.as_deref(), Some("prod:/shared"));
}

fn may_register(access: &ProjectAccess, environment: Option<&str>, path: Option<&str>) -> bool {
    let registration = Registration {
        event: EventKind::Update,
        environment: environment.map(str::to_owned),
        path: path.map(PathPattern::new),
    };
    Interest::Registered(vec![registration]).require(access).is_ok()
}

#[test]
fn a_place_can_be_registered_if_the_rules_allow_it_or_something_in_it() {
    let conditions = json!({ "environment": "dev", "secretPath": { "$glob": "/app/**" } });
    let access = access(&json!([subscribe_to_updates(&conditions)]));
    assert!(may_register(&access, Some("dev"), Some("/app/")));
    assert!(may_register(&access, Some("dev"), Some("/**")));
    assert!(may_register(&access, None, None));
    assert!(!may_register(&access, Some("dev"), Some("/")));
    assert!(!may_register(&access, Some("prod"), None));
    assert!(!may_register(&access, Some("prod"), Some("/**")));
}
