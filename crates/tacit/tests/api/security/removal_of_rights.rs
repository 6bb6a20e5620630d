//! Taking a right away takes effect in the next request of this node, whatever gave the right.
//!
//! A person and a machine read a secret by one thing alone: a role, a group or a privilege. An administrator
//! takes it away in each way there is. The next request is refused, and open streams end.

use serde_json::{Value, json};

use super::{
    actors::{Actors, project_role},
    database,
    world::{World, world},
};
use crate::{harness::each_engine, harness_events::EventStream};

/// What gives the right to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Role,
    Group,
    Privilege,
}

/// Whom it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whom {
    User,
    Machine,
    Both,
}

/// One way to take the right away.
struct Removal {
    by: By,
    whom: Whom,
    method: &'static str,
    path: String,
    body: Option<Value>,
}

/// Those who read by one thing each, and the ids of what gives it.
struct Readers {
    by_role: Actors,
    by_group: Actors,
    by_privilege: Actors,
    group: String,
    user_privilege: String,
    machine_privilege: String,
}

impl Readers {
    async fn new(world: &World<'_>) -> Self {
        let reads = json!([{ "subject": "secrets", "action": ["read", "subscribe"] },
            { "subject": "secret-event-subscriptions", "action": ["subscribe-to-update-events"] }]);
        project_role(world, "reader", reads.clone()).await;
        let by_role = Actors::new(world, "by-role", "no-access", &["reader"]).await;
        let by_group = Actors::new(world, "by-group", "no-access", &[]).await;
        let by_privilege = Actors::new(world, "by-privilege", "no-access", &["no-access"]).await;
        let group = json!({ "name": "Readers", "role": "no-access" });
        let group = text(&world.admin.ok("POST", "/api/v1/groups", Some(group)).await["id"]);
        let in_project = format!("/api/v1/projects/{}/groups/{group}", world.id("project"));
        world.admin.ok("POST", &in_project, Some(json!({ "role": "reader" }))).await;
        for member in [
            "users/by-group-person@example.test".to_owned(),
            format!("machine-identities/{}", by_group.machine_id),
        ] {
            world.admin.ok("POST", &format!("/api/v1/groups/{group}/{member}"), None).await;
        }
        let membership = membership(world, &by_privilege).await;
        let body = json!({ "projectMembershipId": membership, "permissions": reads });
        let path = "/api/v1/user-project-additional-privilege";
        let user_privilege = text(&world.admin.ok("POST", path, Some(body)).await["privilege"]["id"]);
        let body = json!({ "identityId": by_privilege.machine_id, "projectId": world.id("project"),
            "permissions": reads });
        let path = "/api/v2/identity-project-additional-privilege";
        let machine_privilege = text(&world.admin.ok("POST", path, Some(body)).await["privilege"]["id"]);
        Self { by_role, by_group, by_privilege, group, user_privilege, machine_privilege }
    }

    fn of(&self, by: By) -> &Actors {
        match by {
            By::Role => &self.by_role,
            By::Group => &self.by_group,
            By::Privilege => &self.by_privilege,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The id of a person's membership in the project.
async fn membership(world: &World<'_>, actors: &Actors) -> String {
    let path = format!("/api/v1/projects/{}/user/{}/membership", world.id("project"), actors.user_id);
    text(&world.admin.ok("GET", &path, None).await["membership"]["id"])
}

/// The id of a person's membership in the organization.
async fn organization_membership(world: &World<'_>, actors: &Actors) -> String {
    let path = format!("/api/v2/organizations/{}/memberships", world.admin.organization_id);
    let members = world.admin.ok("GET", &path, None).await["users"].clone();
    let mut members = members.as_array().unwrap().iter();
    text(&members.find(|member| member["userId"] == json!(actors.user_id)).unwrap()["id"])
}

async fn removals(world: &World<'_>, readers: &Readers) -> Vec<Removal> {
    let organization = &world.admin.organization_id;
    let project = format!("/api/v1/projects/{}", world.id("project"));
    let machine = &readers.by_role.machine_id;
    let path = format!("{project}/roles/slug/reader");
    let role = text(&world.admin.ok("GET", &path, None).await["role"]["id"]);
    let user = format!("{project}/memberships/{}", membership(world, &readers.by_role).await);
    let member = organization_membership(world, &readers.by_role).await;
    let member = format!("/api/v2/organizations/{organization}/memberships/{member}");
    let in_project = format!("{project}/memberships/identities/{machine}");
    let (group, in_group) = (format!("/api/v1/groups/{}", readers.group), &readers.by_group.machine_id);
    let group_in_project = format!("{project}/groups/{}", readers.group);
    let nothing = json!({ "roles": [{ "role": "no-access" }] });
    let user_privilege = format!("/api/v1/user-project-additional-privilege/{}", readers.user_privilege);
    let machine_privilege =
        format!("/api/v2/identity-project-additional-privilege/{}", readers.machine_privilege);
    let less = json!({ "permissions": [{ "subject": "tags", "action": "read" }] });
    let role_path = format!("{project}/roles/{role}");
    let environment = format!("{project}/environments/{}", world.id("environment"));
    let removal =
        |by, whom, method, path: &str, body| Removal { by, whom, method, path: path.to_owned(), body };
    vec![
        removal(By::Role, Whom::Both, "PATCH", &role_path, Some(less.clone())),
        removal(By::Role, Whom::User, "PATCH", &user, Some(nothing.clone())),
        removal(By::Role, Whom::User, "DELETE", &user, None),
        removal(By::Role, Whom::User, "PATCH", &member, Some(json!({ "isActive": false }))),
        removal(By::Role, Whom::User, "DELETE", &member, None),
        removal(By::Role, Whom::Machine, "PATCH", &in_project, Some(nothing.clone())),
        removal(By::Role, Whom::Machine, "DELETE", &in_project, None),
        removal(By::Role, Whom::Machine, "DELETE", &format!("/api/v1/identities/{machine}"), None),
        removal(By::Role, Whom::Both, "DELETE", &environment, None),
        removal(By::Role, Whom::Both, "DELETE", &project, None),
        removal(
            By::Group,
            Whom::User,
            "DELETE",
            &format!("{group}/users/by-group-person@example.test"),
            None,
        ),
        removal(By::Group, Whom::Machine, "DELETE", &format!("{group}/machine-identities/{in_group}"), None),
        removal(By::Group, Whom::Both, "PATCH", &group_in_project, Some(nothing)),
        removal(By::Group, Whom::Both, "DELETE", &group_in_project, None),
        removal(By::Group, Whom::Both, "DELETE", &group, None),
        removal(By::Privilege, Whom::User, "PATCH", &user_privilege, Some(less.clone())),
        removal(By::Privilege, Whom::User, "DELETE", &user_privilege, None),
        removal(By::Privilege, Whom::Machine, "PATCH", &machine_privilege, Some(less)),
        removal(By::Privilege, Whom::Machine, "DELETE", &machine_privilege, None),
    ]
}

/// The status of reading the secret.
async fn reads(world: &World<'_>, token: &str) -> u16 {
    let path = format!("/api/v4/secrets/FOO?projectId={}&environment=dev&secretPath=/", world.id("project"));
    world.admin.server.call("GET", &path, Some(token), None).await.status
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_gone_in_the_next_request_whatever_gave_it() {
    each_engine(async |server| {
        let world = world(server).await;
        let readers = Readers::new(&world).await;
        let removals = removals(&world, &readers).await;
        database::keep(server).await;
        for removal in removals {
            let label = format!("{:?} {} {}", removal.by, removal.method, removal.path);
            let actors = readers.of(removal.by);
            let tokens: Vec<&str> = match removal.whom {
                Whom::User => vec![&actors.user],
                Whom::Machine => vec![&actors.machine],
                Whom::Both => vec![&actors.user, &actors.machine],
            };
            let mut streams: Vec<EventStream> = Vec::new();
            for token in &tokens {
                assert_eq!(reads(&world, token).await, 200, "{label}: before");
                streams.push(server.follow(token, world.id("project"), None).await);
            }

            world.admin.ok(removal.method, &removal.path, removal.body.clone()).await;

            for token in &tokens {
                let status = reads(&world, token).await;
                assert!(matches!(status, 401 | 403 | 404), "{label}: {status} afterwards");
            }
            let is_place_gone = removal.path.contains("/environments/");
            for stream in streams.iter_mut().filter(|_| !is_place_gone) {
                stream.expect_end().await;
            }
            database::restore(server).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_ends_by_itself_is_gone_at_that_moment() {
    each_engine(async |server| {
        let world = world(server).await;
        let readers = Readers::new(&world).await;
        let for_an_hour = json!({ "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
            "temporaryAccessStartTime": "2026-01-31T12:00:00.000Z" });
        let mut role = for_an_hour.clone();
        role["role"] = json!("reader");
        let in_project = format!(
            "/api/v1/projects/{}/memberships/identities/{}",
            world.id("project"),
            readers.by_role.machine_id
        );
        world.admin.ok("PATCH", &in_project, Some(json!({ "roles": [{ "role": "no-access" }, role] }))).await;
        let privilege =
            format!("/api/v2/identity-project-additional-privilege/{}", readers.machine_privilege);
        world.admin.ok("PATCH", &privilege, Some(json!({ "type": for_an_hour }))).await;
        let tokens = [&readers.by_role.machine, &readers.by_privilege.machine];

        server.clock.advance_seconds(3599);
        for token in tokens {
            assert_eq!(reads(&world, token).await, 200);
        }
        server.clock.advance_seconds(1);
        for token in tokens {
            assert_eq!(reads(&world, token).await, 403);
        }
    })
    .await;
}
