//! Looking at the audit log.

use crate::http::{
    route::{Access::Caller, Route, get, post},
    ui::audit,
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
        get("/api/ui/v1/audit-logs/export", Caller, audit::export)
            .summary("Sends the events that a filter lets through, as one file")
            .event("export-audit-logs")
            .query::<audit::ExportQuery>(),
        get("/api/ui/v1/audit-logs/chain", Caller, audit::chain)
            .summary("Shows where the chain of the organization's log is, and what is known of its proof")
            .event("get-audit-chain")
            .answer::<audit::ChainResponse>(),
        post("/api/ui/v1/audit-logs/verify", Caller, audit::verify)
            .summary("Begins to prove the organization's log")
            .event("verify-audit-logs")
            .answer::<audit::ChainResponse>(),
        post("/api/ui/v1/audit-logs/checkpoint", Caller, audit::checkpoint)
            .summary("Signs where the chain of the organization's log is, for keeping it elsewhere")
            .event("get-audit-checkpoint")
            .answer::<audit::CheckpointResponse>(),
        get("/api/ui/v1/audit-logs/events/{event}/proof", Caller, audit::proof)
            .summary("Proves that an event is in the log, for somebody who has nothing but the public key")
            .event("get-audit-proof")
            .answer::<tacit_core::audit_chain::Proof>(),
    ]
}
