//! What tests need that replace data keys: beginning it, a step at a time, and what is left under the old key.

use serde_json::{Value, json};
use tacit::app::encryption;
use tacit_core::id::{OrganizationId, ProjectId};
use tacit_store::{
    data_key_rotations::{self, ANNOUNCED, FINISHED, RUNNING},
    data_keys::{self, DataKeysRow, KeyOwner},
    reencryption::tables_of,
};

use crate::harness::{Admin, TestServer};

/// The key of the organization that somebody is in.
pub const OF_ORGANIZATION: &str = "/api/ui/v1/organization/data-key";

pub fn of_project(id: &str) -> KeyOwner {
    KeyOwner::Project(ProjectId::new(id))
}

pub fn of_organization(admin: &Admin<'_>) -> KeyOwner {
    KeyOwner::Organization(OrganizationId::new(&admin.organization_id))
}

/// Begins to replace the key of the organization.
pub async fn rotate_organization(admin: &Admin<'_>) -> Value {
    admin.ok("POST", &format!("{OF_ORGANIZATION}/rotate"), Some(json!({}))).await
}

/// How far the replacing of a key has come.
pub async fn state(server: &TestServer, owner: &KeyOwner) -> String {
    let mut db = server.app.database.read().await.unwrap();
    data_key_rotations::find(&mut db, owner).await.unwrap().unwrap().state
}

pub async fn keys(server: &TestServer, owner: &KeyOwner) -> DataKeysRow {
    let mut db = server.app.database.read().await.unwrap();
    data_keys::find(&mut db, owner).await.unwrap().unwrap()
}

/// How many rows are under a key, of all that are under the keys of its owner.
pub async fn rows_under(server: &TestServer, owner: &KeyOwner, number: u32) -> i64 {
    let mut db = server.app.database.read().await.unwrap();
    let mut rows = 0;
    for table in tables_of(owner) {
        rows += table.count_left(&mut db, owner, number).await.unwrap();
    }
    rows
}

/// Lets the time go by for which a key is announced, with several servers.
pub fn wait_for_other_nodes(server: &TestServer) {
    server.clock.advance_seconds(11);
}

/// Takes a rotation until it does not go on by itself any more, and says how it ended.
pub async fn go_on_until_it_rests(server: &TestServer, owner: &KeyOwner) -> String {
    let mut rounds = 0;
    loop {
        encryption::go_on(&server.app).await.unwrap();
        let state = state(server, owner).await;
        if ![ANNOUNCED, RUNNING].contains(&state.as_str()) {
            return state;
        }
        rounds += 1;
        assert!(rounds < 50, "the rotation does not end");
    }
}

/// Takes a rotation to its end.
pub async fn finish(server: &TestServer, owner: &KeyOwner) {
    assert_eq!(go_on_until_it_rests(server, owner).await, FINISHED);
}

/// Something works before, while and after the key of the organization is replaced, and nothing is under the old key
/// in the end.
pub async fn works_while_the_organizations_key_is_replaced(admin: &Admin<'_>, works: impl AsyncFn()) {
    let (server, owner) = (admin.server, of_organization(admin));
    works().await;
    assert!(rows_under(server, &owner, 1).await > 0, "nothing of this is under the key");
    rotate_organization(admin).await;
    for state_at in [ANNOUNCED, RUNNING] {
        assert_eq!(state(server, &owner).await, state_at);
        works().await;
        wait_for_other_nodes(server);
        encryption::go_on(&server.app).await.unwrap();
    }
    finish(server, &owner).await;
    works().await;
    assert_eq!(rows_under(server, &owner, 1).await, 0);
    assert!(rows_under(server, &owner, 2).await > 0);
    let keys = keys(server, &owner).await;
    assert_eq!((keys.data_key_ciphertext.key_number(), keys.other_data_key_ciphertext), (Some(2), None));
}
