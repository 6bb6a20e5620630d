//! What stands for somebody's rights, so that answers can be kept for it: it moves whenever they do.

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use tacit::app::{
    Caller, Client,
    access::{ProjectAccess, ProjectName},
    authentication::authenticate,
};
use tacit_core::permission::Fingerprint;

use crate::{
    groups::make_group,
    harness::{TestServer, each_engine},
    harness_projects::{Actor, id, organization},
    roles::make_role,
};

async fn caller(server: &TestServer, actor: &Actor<'_>) -> Caller {
    let client = Client { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "".into() };
    authenticate(&server.app, &actor.token, client).await.unwrap()
}

/// Of the organization, and of a project.
async fn fingerprints(server: &TestServer, actor: &Actor<'_>, project: &str) -> (Fingerprint, Fingerprint) {
    let caller = caller(server, actor).await;
    let mut db = server.app.database.read().await.unwrap();
    let name = ProjectName::Id(project.to_owned());
    let access = ProjectAccess::enter(&mut db, &caller, &name, server.app.now()).await.unwrap();
    (caller.organization.unwrap().fingerprint, access.fingerprint)
}

#[tokio::test]
async fn a_fingerprint_is_the_same_for_the_same_rights_and_moves_with_them() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let (bot, twin) = (acme.machine("bot", "member").await, acme.machine("twin", "member").await);
        let project = ada.project_id("Shop").await;
        let reads: Value = json!([{ "subject": "secrets", "action": "read" }]);
        let role = make_role(&ada, &project, "reader", reads).await;
        for machine in [&bot, &twin] {
            ada.add_machine(&project, machine, "reader").await;
        }
        let first = fingerprints(server, &bot, &project).await;
        assert_eq!(fingerprints(server, &twin, &project).await, first);

        let mut seen = vec![first.1];
        let mut moved = async |what: &str| {
            let now = fingerprints(server, &bot, &project).await;
            assert!(!seen.contains(&now.1), "{what}");
            seen.push(now.1);
            now.0
        };
        let change = json!({ "permissions": [{ "subject": "secrets", "action": "describeSecret" }] });
        ada.ok("PATCH", &format!("/api/v1/projects/{project}/roles/{}", id(&role)), Some(change)).await;
        moved("another rule of the role").await;
        let privilege = json!({ "identityId": bot.id, "projectId": project, "permissions": [],
            "type": { "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
                "temporaryAccessStartTime": "2026-01-31T12:00:00Z" } });
        ada.ok("POST", "/api/v2/identity-project-additional-privilege", Some(privilege)).await;
        moved("a privilege").await;
        let group = make_group(&ada, "Ops", "admin").await;
        ada.ok("POST", &format!("/api/v1/groups/{group}/machine-identities/{}", bot.id), None).await;
        let body = json!({ "role": "viewer" });
        ada.ok("POST", &format!("/api/v1/projects/{project}/groups/{group}"), Some(body)).await;
        let in_group = moved("a group").await;
        assert_ne!(in_group, first.0);

        let before = fingerprints(server, &twin, &project).await;
        server.clock.advance_seconds(3600);
        moved("the end of the privilege").await;
        assert_eq!(fingerprints(server, &twin, &project).await, before);
        ada.ok("DELETE", &format!("/api/v1/groups/{group}"), None).await;
        assert_eq!(fingerprints(server, &bot, &project).await, before);
    })
    .await;
}
