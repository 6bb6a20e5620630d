//! Replacing a data key when rows do not decrypt: they keep the old key, and hold up nothing else.

use serde_json::json;
use tacit::app::encryption;
use tacit_core::cipher::Ciphertext;
use tacit_store::{
    Value,
    ciphertexts::{SealedRow, SealedTable},
    data_key_rotations::{BLOCKED, FINISHED},
    data_keys::KeyOwner,
    reencryption::{RowName, tables_of},
};

use crate::{
    data_keys::{SECRETS, fill, key_path, rotate},
    harness::{TestServer, each_engine},
    harness_data_keys::{
        OF_ORGANIZATION, finish, go_on_until_it_rests, keys, of_organization, of_project,
        rotate_organization, rows_under, state, wait_for_other_nodes,
    },
    harness_secrets::TestProject,
};

/// A row whose first ciphertext was damaged, and is kept as it was.
struct Damage {
    table: &'static SealedTable,
    before: SealedRow,
    after: Ciphertext,
}

impl Damage {
    /// Damages the row of a table with this id.
    async fn of(server: &TestServer, owner: &KeyOwner, table: &str, id: &str) -> Self {
        let table = tables_of(owner).find(|known| known.name == table).unwrap();
        let mut db = server.app.database.begin().await.unwrap();
        let number = keys(server, owner).await.data_key_ciphertext.key_number().unwrap();
        let names = table.left(&mut db, owner, number, 1000).await.unwrap();
        let name = names.into_iter().find(|name| name.id == id).unwrap();
        let before = table.find(&mut db, &name).await.unwrap().unwrap();
        let mut after = before.ciphertexts[0].clone().unwrap();
        *after.0.last_mut().unwrap() ^= 1;
        assert!(table.replace(&mut db, &before, &[Some(after.clone()), None, None]).await.unwrap());
        db.commit().await.unwrap();
        Self { table, before, after }
    }

    /// Puts back what was there, as from a backup.
    async fn mend(&self, server: &TestServer) {
        let whole = self.before.ciphertexts[0].clone().unwrap();
        self.replace(server, &self.after, &whole).await;
    }

    /// Damages it once more.
    async fn again(&self, server: &TestServer) {
        let whole = self.before.ciphertexts[0].clone().unwrap();
        self.replace(server, &whole, &self.after).await;
    }

    async fn replace(&self, server: &TestServer, old: &Ciphertext, new: &Ciphertext) {
        let mut db = server.app.database.begin().await.unwrap();
        let row = SealedRow { ciphertexts: [Some(old.clone()), None, None], ..self.before.clone() };
        assert!(self.table.replace(&mut db, &row, &[Some(new.clone()), None, None]).await.unwrap());
        db.commit().await.unwrap();
    }
}

async fn id_of(project: &TestProject<'_>, name: &str) -> String {
    let read = project.read(&format!("/api/v4/secrets/{name}")).await;
    read["secret"]["id"].as_str().unwrap().to_owned()
}

/// A project with a damaged secret, whose rotation has come as far as it can.
async fn blocked(server: &TestServer, project: &TestProject<'_>) -> Damage {
    fill(project).await;
    let owner = of_project(&project.id);
    let damage = Damage::of(server, &owner, "secrets", &id_of(project, "SECRET_003").await).await;
    rotate(project).await;
    wait_for_other_nodes(server);
    assert_eq!(go_on_until_it_rests(server, &owner).await, BLOCKED);
    damage
}

async fn try_rotate(project: &TestProject<'_>, body: serde_json::Value) -> (u16, serde_json::Value) {
    let answer = project.owner.call("POST", &format!("{}/rotate", key_path(project)), Some(body)).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn all_but_the_damaged_row_is_encrypted_anew_and_the_old_key_is_kept_for_that() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let damage = blocked(server, &project).await;

        let of_key = of_project(&project.id);
        assert_eq!(rows_under(server, &of_key, 1).await, 1);
        assert_eq!(keys(server, &of_key).await.other_data_key_ciphertext.unwrap().key_number(), Some(1));
        let mut db = server.app.database.read().await.unwrap();
        let name = &damage.before;
        let name = RowName { id: name.id.clone(), version: name.version };
        let row = damage.table.find(&mut db, &name).await.unwrap().unwrap();
        let numbers = row.ciphertexts.map(|ciphertext| ciphertext.unwrap().key_number());
        assert_eq!(numbers, [Some(1), Some(2), Some(2)], "only the value is damaged");
        drop(db);
        let shown = owner.ok("GET", &key_path(&project), None).await;
        let rows = json!([{ "table": "secrets", "id": name.id, "version": name.version }]);
        assert_eq!(shown["rotation"]["state"], "blocked");
        assert_eq!(shown["rotation"]["damaged"], json!({ "count": 1, "rows": rows }));
        let overview = owner.ok("GET", "/api/ui/v1/admin/encryption", None).await;
        assert_eq!(overview["projects"][0]["rotation"], shown["rotation"]);
        assert!(server.has_event(&owner.organization_id, "block-project-key-rotation").await);
        let read = project.read("/api/v3/secrets/raw/SECRET_004").await;
        assert_eq!(read["secret"]["secretValue"], "second of 4");
        // It rests, and is not looked at again and again.
        assert!(!encryption::go_on(&server.app).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn once_the_row_is_mended_or_written_anew_the_rotation_goes_on_to_its_end() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        for is_mended in [true, false] {
            let project = owner.test_project().await;
            let damage = blocked(server, &project).await;
            // Nothing has changed yet.
            rotate(&project).await;
            let of_key = of_project(&project.id);
            assert_eq!(go_on_until_it_rests(server, &of_key).await, BLOCKED);
            let value = if is_mended {
                damage.mend(server).await;
                "second of 3"
            } else {
                let body = json!({ "secretValue": "another" });
                project.ok("PATCH", "/api/v3/secrets/raw/SECRET_003", body).await;
                "another"
            };

            rotate(&project).await;
            finish(server, &of_key).await;

            assert_eq!(rows_under(server, &of_key, 1).await, 0);
            let fresh = server.without_memory().await;
            let path = format!("/api/v3/secrets/raw?workspaceId={}&environment=dev", project.id);
            let read = fresh.call("GET", &path, Some(&project.admin), None).await;
            assert_eq!(read.body["secrets"].as_array().map(Vec::len), Some(SECRETS + 1), "{}", read.text);
            let read = project.read("/api/v3/secrets/raw/SECRET_003").await;
            assert_eq!(read["secret"]["secretValue"], value);
            assert_eq!(owner.ok("GET", &key_path(&project), None).await["keyNumber"], 2);
        }
    })
    .await;
}

#[tokio::test]
async fn rows_may_be_given_up_and_stand_in_the_way_of_no_later_rotation() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let project = owner.test_project().await;
        let give_up = json!({ "giveUpDamaged": true });
        assert_eq!(try_rotate(&project, give_up.clone()).await.0, 400, "nothing is blocked");
        let damage = blocked(server, &project).await;
        let viewer = project.machine("viewer").await;
        let path = format!("{}/rotate", key_path(&project));
        let refused = server.call("POST", &path, Some(&viewer), Some(give_up.clone())).await;
        assert_eq!(refused.status, 403);
        damage.mend(server).await;
        let (status, answer) = try_rotate(&project, give_up.clone()).await;
        assert_eq!(status, 400, "it would lose a row that decrypts: {answer}");
        let of_key = of_project(&project.id);
        damage.again(server).await;

        let (status, answer) = try_rotate(&project, give_up).await;

        assert_eq!((status, &answer["rowsLost"]), (200, &json!(1)), "{answer}");
        assert_eq!(state(server, &of_key).await, FINISHED);
        assert_eq!(keys(server, &of_key).await.other_data_key_ciphertext, None);
        let shown = owner.ok("GET", &key_path(&project), None).await;
        let rotation = &shown["rotation"];
        assert_eq!(rotation["rowsDone"].as_i64().unwrap() + 1, rotation["rowsTotal"].as_i64().unwrap());
        let damaged = project.call("GET", "/api/v3/secrets/raw/SECRET_003", json!({})).await;
        assert_eq!(damaged.status, 500);
        rotate(&project).await;
        wait_for_other_nodes(server);
        finish(server, &of_key).await;
        assert_eq!(rows_under(server, &of_key, 2).await, 0);
        let body = json!({ "secretValue": "anew" });
        project.ok("PATCH", "/api/v3/secrets/raw/SECRET_003", body).await;
        let read = project.read("/api/v3/secrets/raw/SECRET_003").await;
        assert_eq!(read["secret"]["secretValue"], "anew");
    })
    .await;
}

#[tokio::test]
async fn of_an_organization_too_and_no_other_rotation_waits_for_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.test_project().await;
        project.secret("FOO", "bar").await;
        let owner = of_organization(&admin);
        let streams = "/api/v1/audit-log-streams";
        let body = json!({ "url": "https://logs.test/in" });
        let made = admin.ok("POST", streams, Some(body.clone())).await;
        let id = made["auditLogStream"]["id"].as_str().unwrap().to_owned();
        admin.ok("POST", streams, Some(body)).await;
        Damage::of(server, &owner, "audit_streams", &id).await;
        rotate_organization(&admin).await;
        rotate(&project).await;
        wait_for_other_nodes(server);

        assert_eq!(go_on_until_it_rests(server, &owner).await, BLOCKED);
        finish(server, &of_project(&project.id)).await;

        assert_eq!((rows_under(server, &owner, 1).await, rows_under(server, &owner, 2).await), (1, 1));
        let shown = admin.ok("GET", "/api/ui/v1/admin/encryption", None).await;
        let rotation = &shown["organizations"][0]["rotation"];
        assert_eq!(
            rotation["damaged"]["rows"][0],
            json!({ "table": "audit_streams", "id": id, "version": 1 })
        );
        admin.ok("DELETE", &format!("{streams}/{id}"), None).await;
        rotate_organization(&admin).await;
        finish(server, &owner).await;
        assert_eq!(admin.ok("GET", OF_ORGANIZATION, None).await["keyNumber"], 2);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_does_not_open_holds_up_no_other_rotation() {
    each_engine(async |server| {
        let owner = server.with_admin().await;
        let (first, second) = (owner.test_project().await, owner.project("Other").await);
        first.secret("FOO", "bar").await;
        rotate(&first).await;
        let all = "/api/ui/v1/admin/encryption/rotate-data-keys";
        owner.ok("POST", all, Some(json!({ "projectId": second }))).await;
        wait_for_other_nodes(server);
        encryption::go_on(&server.app).await.unwrap();
        let mut wrapped = keys(server, &of_project(&first.id)).await.other_data_key_ciphertext.unwrap();
        *wrapped.0.last_mut().unwrap() ^= 1;
        let mut db = server.app.database.begin().await.unwrap();
        let sql = "UPDATE projects SET other_data_key_ciphertext = $2 WHERE id = $1";
        db.execute(sql, &[Value::Text(&first.id), Value::Bytes(&wrapped.0)]).await.unwrap();
        db.commit().await.unwrap();

        let mut failed = 0;
        for _ in 0..10 {
            failed += usize::from(encryption::go_on(&server.app).await.is_err());
        }

        assert!(failed > 0, "nobody is told");
        assert_eq!(state(server, &of_project(&second)).await, FINISHED);
    })
    .await;
}
