//! Looking at the audit log.

use crate::http::{
    route::{Access::Caller, Route, get},
    v1::audit_logs,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/organization/audit-logs", Caller, audit_logs::list)
            .summary("Lists events of the organization, from the newest on")
            .event("get-audit-logs")
            .query::<audit_logs::LogsQuery>()
            .answer::<audit_logs::LogsResponse>(),
        get("/api/v1/workspace/{project}/audit-logs", Caller, audit_logs::list_of_project)
            .summary("Lists events of a project, from the newest on")
            .event("get-audit-logs")
            .query::<audit_logs::LogsQuery>()
            .answer::<audit_logs::LogsResponse>(),
        get("/api/v1/workspace/{project}/audit-logs/filters/actors", Caller, audit_logs::actors)
            .summary("Lists who did something in a project, for filters")
            .event("get-audit-log-actors")
            .answer::<audit_logs::ActorsResponse>(),
    ]
}
