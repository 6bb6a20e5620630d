//! Who may do what with a secret.

use serde_json::{Value, json};

use crate::{harness::each_engine, harness_secrets::TestProject};

const READS: [&str; 3] = ["read", "describeSecret", "readValue"];
const ALL: [&str; 6] = ["read", "describeSecret", "readValue", "create", "edit", "delete"];

/// `name: actions` of each member in a list.
fn shown(members: &Value) -> Vec<String> {
    let one = |member: &Value| {
        assert!(member["id"].is_string() && member["membershipId"].is_string(), "{member}");
        let actions: Vec<_> =
            member["allowedActions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        format!("{}: {}", member["name"].as_str().unwrap(), actions.join(" "))
    };
    members.as_array().unwrap().iter().map(one).collect()
}

fn path(project: &TestProject<'_>, name: &str, more: &str) -> String {
    format!("/api/v1/secrets/{name}/access-list?workspaceId={}&environment=dev{more}", project.id)
}

#[tokio::test]
async fn each_member_is_listed_with_what_their_roles_allow_now() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.folder("/", "app").await;
        project.secret_in("/app", "FOO").await;
        let viewer = project.machine("viewer").await;
        project.machine("no-access").await;
        let (until, _) = owner.member(&project.id, "member").await;
        let members = format!("/api/v2/workspace/{}/identity-memberships/{until}", project.id);
        let grant = json!({
            "role": "member", "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
            "temporaryAccessStartTime": "2026-01-31T12:00:00Z",
        });
        owner.ok("PATCH", &members, Some(json!({ "roles": [{ "role": "no-access" }, grant] }))).await;
        let path = path(&project, "FOO", "&secretPath=app/");

        let list = owner.ok("GET", &path, None).await;

        assert_eq!(shown(&list["users"]), [format!("ada@example.test: {}", ALL.join(" "))]);
        assert_eq!(list["users"][0]["id"], owner.user_id);
        assert_eq!(list["groups"], json!([]));
        let named = |role: &str, actions: &[&str]| format!("{role} of {}: {}", project.id, actions.join(" "));
        assert_eq!(
            shown(&list["identities"]),
            [named("admin", &ALL), named("member", &ALL), named("viewer", &READS)]
        );
        assert_eq!(list["identities"][1]["id"], until);
        let answer = server.call("GET", &path, Some(&viewer), None).await;
        assert_eq!((answer.status, &answer.body), (200, &list));
        let events = server.events(&owner.organization_id).await;
        let event = events.iter().rfind(|event| event.event_type == "get-secret-access-list").unwrap();
        assert!(event.metadata.contains("\"secretKey\":\"FOO\"") && event.metadata.contains("/app"));
        server.clock.advance_seconds(3_601);
        let list = server.call("GET", &path, Some(&viewer), None).await.body;
        assert_eq!(shown(&list["identities"]), [named("admin", &ALL), named("viewer", &READS)]);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_see_the_secret_or_the_project_gets_no_list() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        project.secret("FOO", "x").await;
        let stranger = server.second_organization().await;
        let (nobody, outsider) = (project.machine("no-access").await, project.outsider().await);
        for (token, status) in [(&nobody, 403), (&outsider, 403), (&stranger.token, 404)] {
            for name in ["FOO", "NOPE"] {
                let answer = server.call("GET", &path(&project, name, ""), Some(token), None).await;
                assert_eq!(answer.status, status, "{}", answer.text);
            }
        }
        for (path, status) in [
            (path(&project, "NOPE", ""), 404),
            (path(&project, "FOO", "&secretPath=/nope"), 404),
            (path(&project, "FOO", "&secretPath=//"), 400),
            (format!("/api/v1/secrets/FOO/access-list?workspaceId={}", project.id), 400),
            ("/api/v1/secrets/FOO/access-list?environment=dev".to_owned(), 400),
            (format!("/api/v1/secrets/FOO/access-list?projectSlug={}&environment=dev", project.slug), 200),
        ] {
            assert_eq!(owner.call("GET", &path, None).await.status, status, "{path}");
        }
    })
    .await;
}
