//! Where audit logs are sent (wire-contract, appendix A), with routes and fields of our own for their delivery.

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v1::audit_streams::{self, StreamAnswer, StreamsAnswer, TestAnswer},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/audit-log-streams", Caller, audit_streams::list)
            .summary("Lists where the audit log is sent, and how far that came")
            .event("get-audit-log-streams")
            .answer::<StreamsAnswer>(),
        post("/api/v1/audit-log-streams", Caller, audit_streams::create)
            .summary("Sends the audit log somewhere as it grows")
            .event("create-audit-log-stream")
            .body::<audit_streams::CreateRequest>()
            .answer::<StreamAnswer>(),
        get("/api/v1/audit-log-streams/{stream}", Caller, audit_streams::get)
            .summary("Reads where the audit log is sent, with the headers")
            .event("get-audit-log-stream")
            .answer::<StreamAnswer>(),
        patch("/api/v1/audit-log-streams/{stream}", Caller, audit_streams::update)
            .summary("Changes an audit log stream, pauses it or lets it go on")
            .event("update-audit-log-stream")
            .body::<audit_streams::UpdateRequest>()
            .answer::<StreamAnswer>(),
        delete("/api/v1/audit-log-streams/{stream}", Caller, audit_streams::delete)
            .summary("Deletes an audit log stream")
            .event("delete-audit-log-stream")
            .answer::<StreamAnswer>(),
        post("/api/v1/audit-log-streams/{stream}/test", Caller, audit_streams::test)
            .summary("Sends a test event to an audit log stream")
            .event("test-audit-log-stream")
            .answer::<TestAnswer>(),
    ]
}
