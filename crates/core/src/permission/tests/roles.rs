//! The built-in roles.

use super::super::{Action, Object, OrganizationRole, PermissionSet, ProjectRole, Rule, Scope, Subject};

fn project(role: ProjectRole) -> PermissionSet {
    PermissionSet::new(vec![role.rules()])
}

fn organization(role: OrganizationRole) -> PermissionSet {
    PermissionSet::new(vec![role.rules()])
}

fn may(set: &PermissionSet, action: Action, subject: Subject) -> bool {
    set.allows(action, subject, &Object::new())
}

#[test]
fn slugs_read_back() {
    for role in ProjectRole::ALL {
        assert_eq!(ProjectRole::from_slug(role.slug()), Some(*role));
    }
    for role in OrganizationRole::ALL {
        assert_eq!(OrganizationRole::from_slug(role.slug()), Some(*role));
    }
    assert_eq!(OrganizationRole::from_slug("viewer"), None);
    assert_eq!(ProjectRole::from_slug("Admin"), None);
}

#[test]
fn the_rules_are_ones_that_a_client_could_send() {
    let check = |rules: Vec<Rule>, scope| {
        for rule in rules {
            let wire = serde_json::to_value(&rule).unwrap();
            assert_eq!(Rule::parse(&wire, scope), Ok(rule), "{wire}");
        }
    };
    for role in ProjectRole::ALL {
        check(role.rules(), Scope::Project);
    }
    for role in OrganizationRole::ALL {
        check(role.rules(), Scope::Organization);
    }
}

#[test]
fn an_admin_may_do_everything_and_no_access_nothing() {
    for (scope, admin, nobody) in [
        (Scope::Project, project(ProjectRole::Admin), project(ProjectRole::NoAccess)),
        (
            Scope::Organization,
            organization(OrganizationRole::Admin),
            organization(OrganizationRole::NoAccess),
        ),
    ] {
        for entry in scope.catalog() {
            for action in entry.actions {
                assert!(may(&admin, *action, entry.subject), "{action} {}", entry.subject);
                assert!(!may(&nobody, *action, entry.subject), "{action} {}", entry.subject);
            }
        }
    }
}

#[test]
fn each_role_holds_all_of_the_weaker_ones_and_none_of_the_stronger() {
    for pair in ProjectRole::ALL.windows(2) {
        assert_eq!(project(pair[0]).missing_from(&project(pair[1])), vec![]);
        assert_ne!(project(pair[1]).missing_from(&project(pair[0])), vec![]);
    }
    for pair in OrganizationRole::ALL.windows(2) {
        assert_eq!(organization(pair[0]).missing_from(&organization(pair[1])), vec![]);
        assert_ne!(organization(pair[1]).missing_from(&organization(pair[0])), vec![]);
    }
}

#[test]
fn a_viewer_changes_nothing() {
    let viewer = project(ProjectRole::Viewer);
    let changes = [Action::Create, Action::Edit, Action::Delete, Action::Lease, Action::PerformRollback];

    for entry in Scope::Project.catalog() {
        assert!(changes.iter().all(|action| !may(&viewer, *action, entry.subject)), "{}", entry.subject);
    }
    assert!(may(&viewer, Action::Read, Subject::Secrets));
    assert!(!may(&viewer, Action::Lease, Subject::DynamicSecrets));
}

#[test]
fn a_member_works_with_secrets_but_manages_nobody() {
    let member = project(ProjectRole::Member);

    assert!(may(&member, Action::Delete, Subject::Secrets));
    assert!(may(&member, Action::Lease, Subject::DynamicSecrets));
    assert!(may(&member, Action::Create, Subject::Environments));
    for subject in [Subject::Member, Subject::Groups, Subject::Identity, Subject::Role] {
        assert!(may(&member, Action::Read, subject));
        for action in [Action::Create, Action::Edit, Action::Delete, Action::AssignRole, Action::CreateToken]
        {
            assert!(!may(&member, action, subject), "{action} {subject}");
        }
    }
}

#[test]
fn an_organization_member_makes_projects_and_identities() {
    let member = organization(OrganizationRole::Member);

    assert!(may(&member, Action::Create, Subject::Workspace));
    assert!(may(&member, Action::Create, Subject::Identity));
    assert!(!may(&member, Action::Delete, Subject::Workspace));
    assert!(!may(&member, Action::Edit, Subject::Role));
    assert!(!may(&member, Action::AccessAllProjects, Subject::OrganizationAdminConsole));
}

#[test]
fn a_catalog_names_each_subject_and_action_once() {
    for scope in [Scope::Organization, Scope::Project] {
        for (index, entry) in scope.catalog().iter().enumerate() {
            let others = &scope.catalog()[index + 1..];
            assert!(others.iter().all(|other| other.subject != entry.subject), "{}", entry.subject);
            for (index, action) in entry.actions.iter().enumerate() {
                assert!(!entry.actions[index + 1..].contains(action), "{action} {}", entry.subject);
            }
        }
    }
    assert_eq!(Scope::Project.actions(Subject::Workspace), [Action::Edit, Action::Delete]);
    assert_eq!(Scope::Project.actions(Subject::Billing), []);
}
