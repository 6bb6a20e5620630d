//! Class 6: whoever is not, not yet or not any more a member is nowhere taken for one.
//!
//! A person who may do everything and is signed in loses the membership in each way there is. The token is
//! then worth nothing on any route, a new sign-in does not lead into the organization, and nobody is told
//! that this person may do something.

use serde_json::{Value, json};

use super::{
    actors::Actors,
    database,
    requests::{call, guarded, label},
    world::{PASSWORD, World, world},
};
use crate::harness::{TestServer, each_engine};

/// What a membership in the organization can be besides active.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Invited, and has not accepted.
    Invited,
    /// Suspended by an administrator.
    Suspended,
    /// Taken out of the organization.
    Removed,
}

const STATES: [State; 3] = [State::Invited, State::Suspended, State::Removed];

const NAME: &str = "once";

impl State {
    /// Puts the membership into this state.
    async fn enter(self, world: &World<'_>, membership: &str) {
        let organization = &world.admin.organization_id;
        let path = format!("/api/v2/organizations/{organization}/memberships/{membership}");
        match self {
            Self::Invited => {
                let mut db = world.admin.server.app.database.begin().await.unwrap();
                let sql = "UPDATE organization_memberships SET accepted_at = NULL WHERE id = $1";
                db.execute(sql, &[membership.into()]).await.unwrap();
                db.commit().await.unwrap();
            }
            Self::Suspended => {
                world.admin.ok("PATCH", &path, Some(json!({ "isActive": false }))).await;
            }
            Self::Removed => {
                world.admin.ok("DELETE", &path, None).await;
            }
        }
    }
}

/// Somebody who may do everything in the organization and the project, and the id of the membership.
async fn member(world: &World<'_>) -> (Actors, String) {
    let actors = Actors::new(world, NAME, "admin", &["admin"]).await;
    let path = format!("/api/v2/organizations/{}/memberships", world.admin.organization_id);
    let members = world.admin.ok("GET", &path, None).await["users"].clone();
    let email = format!("{NAME}-person@example.test");
    let mut members = members.as_array().unwrap().iter();
    let member = members.find(|member| member["user"]["email"] == json!(email)).unwrap();
    (actors, member["id"].as_str().unwrap().to_owned())
}

/// What others are told of who may read a secret.
async fn readers(world: &World<'_>) -> String {
    let project = world.id("project");
    let body = json!({ "action": "readValue", "environment": "dev", "secretPath": "/", "secretName": "FOO" });
    let who_can = world.admin.ok("POST", &format!("/api/ui/v1/projects/{project}/who-can"), Some(body)).await;
    let path = format!("/api/v1/secrets/FOO/access-list?projectId={project}&environment=dev&secretPath=/");
    let access_list = world.admin.ok("GET", &path, None).await;
    format!("{who_can}{access_list}")
}

/// The status of asking why a person may read a secret.
async fn explained(world: &World<'_>, user: &str) -> u16 {
    let path = format!("/api/ui/v1/projects/{}/explain", world.id("project"));
    let body = json!({ "who": { "type": "user", "id": user }, "action": "readValue", "environment": "dev",
        "secretPath": "/", "secretName": "FOO" });
    world.admin.call("POST", &path, Some(body)).await.status
}

/// On which routes the token still does something.
async fn works_on(server: &TestServer, world: &World<'_>, token: &str) -> Vec<String> {
    let before = database::contents(server).await;
    let mut works = Vec::new();
    for route in guarded() {
        let answer = call(&route, &world.ids).send(server, Some(token)).await;
        if answer.status != 401 {
            works.push(format!("{}: {} {}", label(&route), answer.status, answer.text));
        }
    }
    let changed = database::differences(&before, &database::contents(server).await);
    if !changed.is_empty() {
        works.push(format!("changed: {changed:?}"));
    }
    works
}

/// Signs in anew; returns what the organization answers.
async fn enters_anew(server: &TestServer, world: &World<'_>) -> (Value, u16) {
    let body = json!({ "email": format!("{NAME}-person@example.test"), "password": PASSWORD });
    let answer = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
    let token = answer.body["accessToken"].as_str().unwrap().to_owned();
    let list = server.call("GET", "/api/v2/users/me/organizations", Some(&token), None).await;
    let body = json!({ "organizationId": world.admin.organization_id });
    let chosen = server.call("POST", "/api/v3/auth/select-organization", Some(&token), Some(body)).await;
    (list.body["organizations"].clone(), chosen.status)
}

#[tokio::test]
async fn whoever_is_invited_suspended_or_removed_is_a_member_on_no_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let (actors, membership) = member(&world).await;
        database::keep(server).await;
        for state in STATES {
            let mine = server.call("GET", "/api/v1/projects", Some(&actors.user), None).await;
            assert_eq!(mine.body["projects"].as_array().unwrap().len(), 1, "{}", mine.text);
            assert!(readers(&world).await.contains(&actors.user_id), "{state:?}: not there before");

            assert_eq!(explained(&world, &actors.user_id).await, 200);
            state.enter(&world, &membership).await;

            let works = works_on(server, &world, &actors.user).await;
            assert!(works.is_empty(), "{state:?}: {}\n{}", works.len(), works.join("\n"));
            assert!(!readers(&world).await.contains(&actors.user_id), "{state:?}: said to be able to read");
            assert_eq!(explained(&world, &actors.user_id).await, 404, "{state:?}: rights are explained");
            let (organizations, status) = enters_anew(server, &world).await;
            assert!((400..500).contains(&status), "{state:?}: enters anew with {status}");
            assert_eq!(organizations, json!([]), "{state:?}");
            database::restore(server).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_machine_whose_identity_is_deleted_is_a_member_on_no_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let (actors, _) = member(&world).await;
        world.admin.ok("DELETE", &format!("/api/v1/identities/{}", actors.machine_id), None).await;

        let works = works_on(server, &world, &actors.machine).await;

        assert!(works.is_empty(), "{}\n{}", works.len(), works.join("\n"));
        assert!(!readers(&world).await.contains(&actors.machine_id));
    })
    .await;
}
