//! Class 11: no route forgets to ask for a right.
//!
//! Callers who are known but may do nothing send to every route the request that works for others. They get
//! nothing, and nothing changes, except on the routes listed here with the reason why these need no right.

use tacit::http::route::Route;

use super::{
    actors::Actors,
    database,
    requests::{call, guarded, label},
    world::{CANARY, world},
};
use crate::harness::each_engine;

const OWN: &str = "it is about the caller's own account";
const IN_IT: &str = "who is in an organization or project sees that it is there, and none of what is inside";
const FOR_NOBODY: &str = "it refuses everybody, whatever they may do";
const EACH_JUDGED: &str = "it answers for each thing by itself, here that nothing is to be seen";

/// Routes on which somebody without any right gets an answer, and why.
const NEEDS_NO_RIGHT: &[(&str, &str)] = &[
    ("POST /api/v3/auth/select-organization", OWN),
    ("POST /api/v1/auth/checkAuth", OWN),
    ("GET /api/v1/user", OWN),
    ("GET /api/v2/users/me", OWN),
    ("PATCH /api/v2/users/me/name", OWN),
    ("DELETE /api/v2/users/me", OWN),
    ("POST /api/v2/users/me/emails/code", OWN),
    ("POST /api/v2/users/me/emails/verify", OWN),
    ("GET /api/v2/users/me/organizations", OWN),
    ("GET /api/v2/users/me/sessions", OWN),
    ("DELETE /api/v2/users/me/sessions", OWN),
    ("POST /api/v2/password/user/password-reset", OWN),
    ("POST /api/v2/password/user-password-reset", OWN),
    ("PATCH /api/v2/users/me/mfa", OWN),
    ("GET /api/v1/user/me/totp", OWN),
    ("POST /api/v1/user/me/totp/register", OWN),
    ("POST /api/v1/user/me/totp/verify", OWN),
    ("POST /api/v1/user/me/totp/recovery-codes", OWN),
    ("GET /api/ui/v1/me/passkeys", OWN),
    ("POST /api/ui/v1/me/passkeys/options", OWN),
    ("POST /api/ui/v1/me/passkeys", OWN),
    ("GET /api/ui/v1/me/preferences", OWN),
    ("PUT /api/ui/v1/me/preferences", OWN),
    ("POST /api/v2/users/me/api-keys", OWN),
    ("GET /api/v2/users/me/api-keys", OWN),
    ("GET /api/v3/users/me/api-keys", OWN),
    ("GET /api/v1/identities/details", OWN),
    ("GET /api/v1/organization", OWN),
    ("GET /api/v1/organization/accessible-with-sub-orgs", OWN),
    ("GET /api/v1/organization/{organization}/permissions", OWN),
    ("GET /api/v1/projects/{project}/permissions", OWN),
    ("GET /api/v1/workspace/{project}/permissions", OWN),
    ("POST /api/v2/organizations", "everybody may make an organization of their own"),
    ("GET /api/v1/organization/{organization}", IN_IT),
    ("GET /api/v1/projects", IN_IT),
    ("GET /api/v1/projects/slug/{slug}", IN_IT),
    ("GET /api/v1/projects/{project}", IN_IT),
    ("GET /api/v1/workspace", IN_IT),
    ("GET /api/v1/workspace/slug/{slug}", IN_IT),
    ("GET /api/v1/workspace/{project}", IN_IT),
    ("GET /api/v2/workspace/{project}", IN_IT),
    ("GET /api/v2/workspace/{project}/upgrade/status", IN_IT),
    ("GET /api/v2/organizations/{organization}/workspaces", IN_IT),
    ("GET /api/v2/workspace/{project}/encrypted-key", FOR_NOBODY),
    ("GET /api/v3/secrets", FOR_NOBODY),
    ("POST /api/v3/secrets", FOR_NOBODY),
    ("PATCH /api/v3/secrets", FOR_NOBODY),
    ("DELETE /api/v3/secrets", FOR_NOBODY),
    ("GET /api/v3/secrets/batch", FOR_NOBODY),
    ("POST /api/v3/secrets/batch", FOR_NOBODY),
    ("PATCH /api/v3/secrets/batch", FOR_NOBODY),
    ("DELETE /api/v3/secrets/batch", FOR_NOBODY),
    ("GET /api/v3/secrets/{name}", FOR_NOBODY),
    ("POST /api/v3/secrets/{name}", FOR_NOBODY),
    ("PATCH /api/v3/secrets/{name}", FOR_NOBODY),
    ("DELETE /api/v3/secrets/{name}", FOR_NOBODY),
    ("GET /api/v1/secret-imports/secrets", FOR_NOBODY),
    ("POST /api/ui/v1/projects/{project}/used-by", EACH_JUDGED),
    ("POST /api/ui/v1/projects/{project}/reveal", EACH_JUDGED),
    ("GET /api/ui/v1/projects/{project}/imports", EACH_JUDGED),
    (
        "POST /api/ui/v1/projects/{project}/quickstart/test",
        "it logs in with the client secret that it is given",
    ),
];

/// What nobody without rights may be told: values, names of secrets, folders, environments, tags and people.
const SECRETIVE: &[&str] =
    &[CANARY, "\"staging\"", "ours-member", "ours-free", "Seller", "Clerk", "\"machine\""];

fn needs_no_right(route: &Route) -> bool {
    let own = label(route);
    NEEDS_NO_RIGHT.iter().any(|(route, _)| *route == own)
}

async fn nothing_is_had_with(roles: &[&str]) {
    each_engine(async |server| {
        let world = world(server).await;
        let nobody = Actors::new(&world, "nobody", "no-access", roles).await;
        database::keep(server).await;
        let before = database::contents(server).await;
        let mut faults = Vec::new();
        for route in guarded() {
            let call = call(&route, &world.ids);
            for (kind, token) in nobody.tokens(&route) {
                let answer = call.send(server, Some(token)).await;
                let is_refused = matches!(answer.status, 403 | 404);
                let changed = database::changes_by(server, &before, answer.status).await;
                let by_credentials = route.path.ends_with("/quickstart/test");
                let is_silent = by_credentials || !SECRETIVE.iter().any(|text| answer.text.contains(text));
                if !is_silent || !(needs_no_right(&route) || is_refused && changed.is_empty()) {
                    faults.push(format!(
                        "{} by a {kind}: {changed:?} {} {}",
                        label(&route),
                        answer.status,
                        answer.text
                    ));
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.is_empty(), "{changed:?}");
        let all: Vec<String> = guarded().map(|route| label(&route)).collect();
        let gone: Vec<_> =
            NEEDS_NO_RIGHT.iter().filter(|(route, _)| !all.iter().any(|one| one == route)).collect();
        assert!(gone.is_empty(), "no such routes: {gone:?}");
    })
    .await;
}

#[tokio::test]
async fn somebody_outside_the_project_without_rights_reads_and_changes_nothing_on_any_route() {
    nothing_is_had_with(&[]).await;
}

#[tokio::test]
async fn a_member_without_rights_reads_and_changes_nothing_on_any_route() {
    nothing_is_had_with(&["no-access"]).await;
}
