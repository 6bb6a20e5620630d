//! Routes of the dashboard.

use crate::http::{
    route::{
        Access::{Caller, User, UserWithoutOrganization},
        Route, delete, get, post, put,
    },
    ui::{
        access_tree, commit, decisions, explain, history, imports, matrix, own_value, preferences,
        privileges, quickstart, reveal, role_preview,
    },
    v1::secret_versions,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        get("/api/ui/v1/me/preferences", UserWithoutOrganization, preferences::get)
            .summary("Gets how the caller likes the dashboard")
            .event("get-user-preferences")
            .answer::<preferences::Preferences>(),
        put("/api/ui/v1/me/preferences", UserWithoutOrganization, preferences::put)
            .summary("Stores how the caller likes the dashboard")
            .event("update-user-preferences")
            .body::<preferences::Preferences>()
            .answer::<preferences::Preferences>(),
        get("/api/ui/v1/projects/{project}/matrix", User, matrix::get)
            .summary("Shows a folder in all environments, without values")
            .event("get-secrets")
            .query::<matrix::MatrixQuery>()
            .answer::<matrix::MatrixResponse<'static>>(),
        get("/api/ui/v1/projects/{project}/imports", User, imports::get)
            .summary("Shows the imports of a folder in all environments, and the names of what they bring")
            .event("get-secret-imports")
            .query::<imports::ImportsQuery>()
            .answer::<imports::ImportsResponse<'static>>(),
        get("/api/ui/v1/projects/{project}/commits", User, history::log)
            .summary("Lists the commits of a project or of one folder, and how much each changed")
            .event("get-commits")
            .query::<history::LogQuery>()
            .answer::<history::LogResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/commit", User, commit::commit)
            .summary("Makes changes in many folders and environments as one commit, all or none")
            .event("update-secrets")
            .large_body()
            .body::<commit::CommitRequest>()
            .answer::<commit::CommitResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/reveal", User, reveal::reveal)
            .reads()
            .summary("Shows a person the values of chosen secrets")
            .event("get-secret")
            .body::<reveal::RevealRequest>()
            .answer::<reveal::RevealResponse<'static>>(),
        post("/api/ui/v1/secret-versions/{version}/reveal", User, secret_versions::reveal)
            .reads()
            .summary("Shows a person the value of a version of a secret")
            .event("get-secret-version")
            .answer::<secret_versions::ValueResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/quickstart", User, quickstart::connect)
            .summary("Makes a machine identity with a client secret and adds it to the project")
            .event("create-identity")
            .body::<quickstart::ConnectRequest>()
            .answer::<quickstart::ConnectResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/quickstart/test", User, quickstart::test)
            .summary("Logs in with a client secret, reads a secret, and shows both answers")
            .event("test-application")
            .body::<quickstart::TestRequest>()
            .answer::<quickstart::TestResponse>(),
    ];
    routes.extend(own_values());
    routes.extend(explanations());
    routes
}

fn own_values() -> [Route; 2] {
    [
        put("/api/ui/v1/projects/{project}/own-value", User, own_value::put)
            .summary("Sets or changes the caller's own value of a secret, which nobody else sees")
            .event("update-secret")
            .large_body()
            .body::<own_value::SetRequest>()
            .answer::<own_value::OwnValueResponse>(),
        delete("/api/ui/v1/projects/{project}/own-value", User, own_value::delete)
            .summary("Takes the caller's own value of a secret away")
            .event("delete-secret")
            .body::<own_value::SecretFields>()
            .answer::<own_value::OwnValueResponse>(),
    ]
}

fn explanations() -> [Route; 9] {
    [
        get("/api/ui/v1/decisions/{decision}", Caller, decisions::get)
            .summary("Shows a refusal: what was asked, why it was refused, and what the answer is now")
            .event("get-decision")
            .answer::<decisions::DecisionResponse<'static>>(),
        post("/api/ui/v1/explain", Caller, explain::explain_anywhere)
            .reads()
            .summary("Says the same in a project or in the organization")
            .event("explain-access")
            .body::<explain::ExplainAnywhereRequest>()
            .answer::<explain::ExplainResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/explain", Caller, explain::explain)
            .reads()
            .summary("Says whether somebody may do something, by which rule, and what would change it")
            .event("explain-access")
            .body::<explain::ExplainRequest>()
            .answer::<explain::ExplainResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/who-can", Caller, explain::who_can)
            .reads()
            .summary("Lists who may do something to the secrets of a place, and by which role or privilege")
            .event("explain-access")
            .body::<explain::WhoCanRequest>()
            .answer::<explain::WhoCanResponse<'static>>(),
        get("/api/ui/v1/projects/{project}/access-tree", Caller, access_tree::tree)
            .summary("Shows what somebody may do in each folder of a project")
            .event("get-access-tree")
            .query::<access_tree::TreeParameters>()
            .answer::<access_tree::TreeResponse<'static>>(),
        get("/api/ui/v1/projects/{project}/access-list", Caller, access_tree::members)
            .summary("Shows what each member of a project may do in one folder")
            .event("get-access-list")
            .query::<access_tree::MembersParameters>()
            .answer::<access_tree::MembersResponse<'static>>(),
        get("/api/ui/v1/projects/{project}/privileges", Caller, privileges::list)
            .summary("Lists the privileges of all people and identities of a project")
            .event("get-additional-privileges")
            .answer::<privileges::PrivilegesResponse<'static>>(),
        post("/api/ui/v1/projects/{project}/role-preview", Caller, role_preview::in_project)
            .reads()
            .summary("Says what a draft of a role would allow, and what it would grant or take away")
            .event("preview-project-role")
            .body::<role_preview::PreviewRequest>()
            .answer::<role_preview::PreviewResponse<'static>>(),
        post("/api/ui/v1/organization/role-preview", Caller, role_preview::in_organization)
            .reads()
            .summary("Says the same of a role of the organization")
            .event("preview-organization-role")
            .body::<role_preview::PreviewRequest>()
            .answer::<role_preview::PreviewResponse<'static>>(),
    ]
}
