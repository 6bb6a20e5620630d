//! The requests that the other tests see refused are right ones: those who may do everything succeed.

use serde_json::json;
use tacit::http::route::{Access, Route};

use super::{
    database,
    requests::{self, guarded, label},
    world::{World, world},
};
use crate::{harness::each_engine, harness_projects::organization};

/// Routes on which nobody succeeds here, and why.
const REFUSED: &[(&str, &str)] = &[
    ("/api/v3/secrets", "secrets encrypted by clients are not taken"),
    ("/api/v3/secrets/batch", "secrets encrypted by clients are not taken"),
    ("/api/v3/secrets/{name}", "secrets encrypted by clients are not taken"),
    ("/api/v3/service-token/me/key", "secrets encrypted by clients are not given"),
    ("/api/v1/secret-imports/secrets", "secrets encrypted by clients are not given"),
    ("/api/v2/workspace/{project}/encrypted-key", "keys never leave the server"),
    ("/api/v4/secrets/move", "no secret is called so, except to POST"),
    ("/api/v4/secrets/batch", "no secret is called so, except to write"),
    ("/api/v1/folders/batch", "no folder is called so"),
    ("/api/v2/folders/batch", "no folder is called so"),
    ("/api/v1/user/me/totp", "nobody has an authenticator app: second_factor.rs"),
    ("/api/v1/user/me/totp/verify", "nobody has an authenticator app: second_factor.rs"),
    ("/api/ui/v1/me/passkeys", "a browser answers a challenge that is new each time: passkeys.rs"),
    ("/api/ui/v1/mail/test", "there is no mail server: mail.rs"),
    ("/api/ui/v1/admin/backups", "no folder for backups is set: backups.rs"),
    ("/api/ui/v1/admin/backups/{backup}/check", "no folder for backups is set: backups.rs"),
    ("/api/ui/v1/admin/backups/{backup}/file", "no folder for backups is set: backups.rs"),
    ("/api/v2/users/me/emails/code", "there is no mail server: email_verification.rs"),
    ("/api/v2/users/me/emails/verify", "there is no mail server: email_verification.rs"),
];

fn is_refused(route: &Route) -> bool {
    REFUSED.iter().any(|(path, _)| route.path == *path)
}

/// Without others, an administrator can leave neither the server nor their organization: somebody else
/// manages both. And an organization that nobody manages any more waits to be taken over.
async fn add_others(world: &mut World<'_>) {
    let server = world.admin.server;
    let other = server.second_organization().await;
    server.add_to_organization(&world.admin.organization_id, &other.user_id, "admin").await;
    let path = format!("/api/v1/admin/user-management/users/{}/admin-access", other.user_id);
    world.admin.ok("PATCH", &path, None).await;
    let abandoned = organization(server, "abandoned").await;
    abandoned.user("left@example.test", "member").await;
    world.ids["abandoned_organization"] = json!(abandoned.id);
}

#[tokio::test]
async fn whoever_may_do_everything_succeeds_with_each_request_that_others_are_refused() {
    each_engine(async |server| {
        let mut world = world(server).await;
        add_others(&mut world).await;
        database::keep(server).await;
        let (mut failed, mut refused) = (Vec::new(), Vec::new());
        for route in guarded() {
            let token = match route.access {
                Access::Identity => &world.machine,
                Access::ServiceToken => world.id("service_token_text"),
                _ => &world.admin.token,
            };
            let call = requests::call(&route, &world.ids);
            let answer = call.send(server, Some(token)).await;
            if answer.status == 200 {
                database::restore(server).await;
            } else if is_refused(&route) {
                refused.push(route.path);
            } else {
                failed.push(format!("{}: {} {call:?}", label(&route), answer.text));
            }
        }
        assert!(failed.is_empty(), "{}\n{}", failed.len(), failed.join("\n"));
        for (path, reason) in REFUSED {
            assert!(refused.contains(path), "{path} works, although {reason}");
        }
    })
    .await;
}
