//! Backups, for administrators of the instance.

use crate::http::{
    route::{Access::InstanceAdmin, Route, get, post},
    ui::backups,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/ui/v1/admin/backups", InstanceAdmin, backups::list)
            .summary("Lists the latest backups and what came of restoring them on trial")
            .event("get-backups")
            .answer::<backups::BackupsResponse>(),
        post("/api/ui/v1/admin/backups", InstanceAdmin, backups::create)
            .summary("Makes a backup and restores it on trial")
            .event("create-backup")
            .answer::<backups::BackupResponse>(),
        post("/api/ui/v1/admin/backups/{backup}/check", InstanceAdmin, backups::check)
            .summary("Restores a backup on trial")
            .event("check-backup")
            .answer::<backups::BackupResponse>(),
        get("/api/ui/v1/admin/backups/{backup}/file", InstanceAdmin, backups::file)
            .summary("Gives the encrypted file of a backup")
            .event("download-backup"),
    ]
}
