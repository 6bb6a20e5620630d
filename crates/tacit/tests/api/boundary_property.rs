//! Random people change random roles, memberships, privileges and groups: whatever succeeds, nobody comes by a
//! right that the one who did it did not hold.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tacit::app::{clock::Clock, rights};
use tacit_core::{
    id::{ProjectId, UserId},
    permission::{Action, Object, PermissionSet, Subject},
    random::Random,
};
use tacit_store::{project_grants, project_memberships::Member};

use crate::{
    groups::make_group,
    harness::each_engine,
    harness_projects::{Actor, Organization, id, organization},
    roles::make_role,
};

const STEPS: usize = 120;
const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];
const ACTIONS: [Action; 2] = [Action::DescribeSecret, Action::ReadValue];

/// Numbers that are the same in every run.
struct Dice(Random);

impl Dice {
    fn below(&self, count: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        usize::try_from(u32::from_le_bytes(bytes)).unwrap() % count
    }

    fn of<'a, T>(&self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Up to three rules about reading secrets of one environment.
    fn rules(&self) -> Value {
        let rule = |_| {
            let action = if self.below(2) == 0 { "describeSecret" } else { "readValue" };
            let mut rule = json!({ "subject": "secrets", "action": action });
            if self.below(4) > 0 {
                rule["conditions"] = json!({ "environment": self.of(&ENVIRONMENTS) });
                rule["inverted"] = json!(self.below(3) == 0);
            }
            rule
        };
        (0..self.below(4)).map(rule).collect()
    }

    /// Perhaps within the hour, perhaps always.
    fn time(&self, mut grant: Value) -> Value {
        if self.below(4) == 0 {
            grant["isTemporary"] = json!(true);
            grant["temporaryMode"] = json!("relative");
            grant["temporaryRange"] = json!("1h");
            grant["temporaryAccessStartTime"] = json!("2026-01-31T12:00:00Z");
        }
        grant
    }
}

/// The rights of everybody, by what they are called.
type Rights = BTreeMap<String, PermissionSet>;

async fn rights_of(acme: &Organization<'_>, people: &[Actor<'_>], project: &str, clock: &Clock) -> Rights {
    let mut rights = Rights::new();
    for person in people {
        let (project, user) = (ProjectId::new(project), UserId::new(&person.id));
        let grants =
            project_grants::of_member(&mut acme.db().await, &project, Member::User(&user)).await.unwrap();
        let permissions = rights::permissions_of(&grants, clock.now()).unwrap();
        rights.insert(person.name.clone(), (*permissions).clone());
    }
    rights
}

fn may(set: &PermissionSet, action: Action, environment: &str) -> bool {
    let object = Object::new().environment(environment).secret_path("/").secret_name("FOO").secret_tags(&[]);
    set.allows(action, Subject::Secrets, &object)
}

/// What there is to change.
struct World<'a> {
    people: Vec<Actor<'a>>,
    memberships: Vec<String>,
    roles: Vec<(String, String)>,
    groups: Vec<String>,
    project: String,
    dice: Dice,
}

impl World<'_> {
    /// A random request of somebody.
    fn request(&self) -> (&'static str, String, Value) {
        let (dice, project) = (&self.dice, &self.project);
        let role = |grant: &str| dice.time(json!({ "role": grant }));
        let (role_id, _) = dice.of(&self.roles);
        let group = dice.of(&self.groups);
        match dice.below(8) {
            0 => (
                "PATCH",
                format!("/api/v1/projects/{project}/roles/{role_id}"),
                json!({ "permissions": dice.rules() }),
            ),
            1 | 2 => {
                let slugs = (0..=dice.below(2)).map(|_| role(&dice.of(&self.roles).1)).collect::<Vec<_>>();
                let mut roles = vec![json!({ "role": dice.of(&self.roles).1 })];
                roles.extend(slugs);
                let path = format!("/api/v1/projects/{project}/memberships/{}", dice.of(&self.memberships));
                ("PATCH", path, json!({ "roles": roles }))
            }
            3 => {
                let body = json!({ "projectMembershipId": dice.of(&self.memberships), "slug": "one",
                    "permissions": dice.rules(), "type": dice.time(json!({ "isTemporary": false })) });
                ("POST", "/api/v1/user-project-additional-privilege".to_owned(), body)
            }
            4 => ("POST", format!("/api/v1/groups/{group}/users/{}", dice.of(&self.people).name), json!({})),
            5 => {
                ("DELETE", format!("/api/v1/groups/{group}/users/{}", dice.of(&self.people).name), json!({}))
            }
            6 => {
                let body = json!({ "roles": [{ "role": dice.of(&self.roles).1 }] });
                ("PATCH", format!("/api/v1/projects/{project}/groups/{group}"), body)
            }
            _ => {
                let roles = json!({ "roles": [{ "role": "no-access" }] });
                let path = format!("/api/v1/projects/{project}/memberships/{}", dice.of(&self.memberships));
                ("PATCH", path, roles)
            }
        }
    }
}

/// Five people who manage roles, people and groups, and may read what random roles let them.
async fn populate<'a>(acme: &Organization<'a>, ada: &Actor<'_>) -> World<'a> {
    let project = ada.project_id("Shop").await;
    let manages = json!([
        { "subject": "role", "action": ["read", "create", "edit", "delete"] },
        { "subject": "member", "action":
            ["read", "create", "edit", "delete", "assign-role", "assign-additional-privileges"] },
        { "subject": "groups", "action": ["read", "create", "edit", "delete", "assign-role"] },
    ]);
    make_role(ada, &project, "manager", manages).await;
    let everybody = make_group(ada, "Managers", "admin").await;
    let in_project = format!("/api/v1/projects/{project}/groups/{everybody}");
    ada.ok("POST", &in_project, Some(json!({ "role": "manager" }))).await;
    let dice = Dice(Random::seeded(7));
    let (mut people, mut memberships, mut roles, mut groups) = (vec![], vec![], vec![], vec![]);
    for number in 0..5 {
        let slug = format!("role-{number}");
        roles.push((id(&make_role(ada, &project, &slug, dice.rules()).await), slug));
        let person = acme.user(&format!("person{number}@example.test"), "no-access").await;
        memberships.push(ada.add_user(&project, &person, &dice.of(&roles).1).await);
        ada.ok("POST", &format!("/api/v1/groups/{everybody}/users/{}", person.name), None).await;
        people.push(person);
    }
    for name in ["One", "Two"] {
        let group = make_group(ada, name, "no-access").await;
        let body = json!({ "role": dice.of(&roles).1 });
        ada.ok("POST", &format!("/api/v1/projects/{project}/groups/{group}"), Some(body)).await;
        groups.push(group);
    }
    World { people, memberships, roles, groups, project, dice }
}

/// Nobody has a right more than before that the actor did not have.
fn check(before: &Rights, after: &Rights, actor: &str, what: &str) {
    for (person, now) in after {
        for (action, environment) in ACTIONS.iter().flat_map(|one| ENVIRONMENTS.map(|slug| (*one, slug))) {
            let is_gained = may(now, action, environment) && !may(&before[person], action, environment);
            assert!(
                !is_gained || may(&before[actor], action, environment),
                "{actor} gave {person} {action:?} in {environment} by {what}"
            );
        }
    }
}

#[tokio::test]
async fn whatever_people_do_to_each_other_they_give_only_what_they_hold() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let world = populate(&acme, &ada).await;
        let rights = async || rights_of(&acme, &world.people, &world.project, &server.app.clock).await;

        let (mut done, mut refused) = (0, 0);
        for step in 0..STEPS {
            let actor = world.dice.of(&world.people);
            let before = rights().await;
            let (method, path, body) = world.request();
            let answer = actor.call(method, &path, Some(body.clone())).await;
            assert!(answer.status < 500, "{method} {path}: {}", answer.text);
            refused += usize::from(answer.body["error"] == "PermissionBoundaryError");
            if answer.status == 200 {
                done += 1;
                let what = format!("{method} {path} {body} in step {step}");
                check(&before, &rights().await, &actor.name, &what);
            }
        }
        assert!(done > 10 && refused > 10, "{done} done, {refused} refused");
    })
    .await;
}
