//! People and machines with chosen roles in a filled organization.

use serde_json::{Value, json};
use tacit::http::route::{Access, Route};

use super::world::{PASSWORD, World};

/// A person and a machine with the same roles: some routes take only one of them.
pub struct Actors {
    pub user: String,
    pub machine: String,
    pub user_id: String,
    pub machine_id: String,
}

impl Actors {
    /// Makes both. Without roles in the project they are not in it.
    pub async fn new(world: &World<'_>, name: &str, organization_role: &str, roles: &[&str]) -> Self {
        let (admin, server) = (&world.admin, world.admin.server);
        let email = format!("{name}-person@example.test");
        let user_id = server.add_user(&email, PASSWORD).await;
        server.add_to_organization(&admin.organization_id, &user_id, "no-access").await;
        let user = server.sign_in(&email, PASSWORD, &admin.organization_id).await;
        let (machine_id, client_id, client_secret) = admin.machine(name, organization_role).await;
        let machine = server.machine_token(&client_id, &client_secret).await;
        let actors = Self { user, machine, user_id, machine_id };
        actors.rise(world, organization_role).await;
        if !roles.is_empty() {
            actors.join(world, &email, roles).await;
        }
        actors
    }

    /// Gives the person the role in the organization; the machine was made with it.
    async fn rise(&self, world: &World<'_>, role: &str) {
        let path = format!("/api/v2/organizations/{}/memberships", world.admin.organization_id);
        let members = world.admin.ok("GET", &path, None).await["users"].clone();
        let mut members = members.as_array().unwrap().iter();
        let member = members.find(|member| member["userId"] == json!(self.user_id)).unwrap();
        let path = format!("{path}/{}", member["id"].as_str().unwrap());
        world.admin.ok("PATCH", &path, Some(json!({ "role": role }))).await;
    }

    async fn join(&self, world: &World<'_>, email: &str, roles: &[&str]) {
        let project = world.id("project");
        let path = format!("/api/v1/projects/{project}/memberships");
        let body = json!({ "emails": [email], "roleSlugs": roles });
        world.admin.ok("POST", &path, Some(body)).await;
        let roles: Vec<Value> = roles.iter().map(|role| json!({ "role": role })).collect();
        let path = format!("{path}/identities/{}", self.machine_id);
        world.admin.ok("POST", &path, Some(json!({ "roles": roles }))).await;
    }

    /// The tokens that a route takes, by who has them.
    pub fn tokens(&self, route: &Route) -> Vec<(&'static str, &str)> {
        let (user, machine) = (("user", self.user.as_str()), ("machine", self.machine.as_str()));
        match route.access {
            Access::User | Access::UserWithoutOrganization | Access::InstanceAdmin => vec![user],
            Access::Identity | Access::ServiceToken => vec![machine],
            Access::Caller | Access::Public => vec![user, machine],
        }
    }
}

/// Makes a role of the project.
pub async fn project_role(world: &World<'_>, slug: &str, rules: Value) {
    let path = format!("/api/v1/projects/{}/roles", world.id("project"));
    let body = json!({ "slug": slug, "name": slug, "permissions": rules });
    world.admin.ok("POST", &path, Some(body)).await;
}
