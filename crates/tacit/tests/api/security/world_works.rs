//! The requests that the other tests see refused are right ones: those who may do everything succeed.

use tacit::http::route::{Access, Route};

use super::{
    database,
    requests::{self, guarded, label},
    world::world,
};
use crate::harness::each_engine;

/// Routes on which nobody succeeds here, and why.
const REFUSED: &[(&str, &str)] = &[
    ("/api/v3/secrets", "secrets encrypted by clients are not taken"),
    ("/api/v3/secrets/batch", "secrets encrypted by clients are not taken"),
    ("/api/v3/secrets/{name}", "secrets encrypted by clients are not taken"),
    ("/api/v1/secret-imports/secrets", "secrets encrypted by clients are not given"),
    ("/api/v2/workspace/{project}/encrypted-key", "keys never leave the server"),
    ("/api/v4/secrets/move", "no secret is called so, except to POST"),
    ("/api/v4/secrets/batch", "no secret is called so, except to write"),
    ("/api/v1/folders/batch", "no folder is called so"),
    ("/api/v2/folders/batch", "no folder is called so"),
    ("/api/v1/user/me/totp", "nobody has an authenticator app: second_factor.rs"),
    ("/api/v1/user/me/totp/verify", "nobody has an authenticator app: second_factor.rs"),
    ("/api/v1/user/me/totp/recovery-codes", "nobody has an authenticator app: second_factor.rs"),
];

fn is_refused(route: &Route) -> bool {
    REFUSED.iter().any(|(path, _)| route.path == *path)
}

#[tokio::test]
async fn whoever_may_do_everything_succeeds_with_each_request_that_others_are_refused() {
    each_engine(async |server| {
        let world = world(server).await;
        database::keep(server).await;
        let (mut failed, mut refused) = (Vec::new(), Vec::new());
        for route in guarded() {
            let token = if route.access == Access::Identity { &world.machine } else { &world.admin.token };
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
