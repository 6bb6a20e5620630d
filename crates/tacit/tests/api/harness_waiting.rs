//! What tests need in which transactions of PostgreSQL wait for each other.

use std::sync::atomic::{AtomicBool, Ordering};

use tacit_store::{Connection, data_key_rotations, data_keys, data_keys::KeyOwner};

use crate::harness::TestServer;

/// Whether somebody waits for this transaction, which has written something.
pub async fn somebody_waits_for(db: &mut Connection) -> bool {
    let sql = "SELECT COUNT(*) AS number FROM pg_locks
                WHERE NOT granted AND transactionid = pg_current_xact_id()::xid";
    db.fetch_one::<i64>(sql, &[]).await.unwrap() > 0
}

/// Does something while another node has the keys of `owner` locked and puts the announced one into use. The other is
/// done as soon as somebody waits for it, or nobody has to.
pub async fn while_it_is_held<T>(
    server: &TestServer,
    owner: &KeyOwner,
    something: impl Future<Output = T>,
) -> T {
    let mut other = server.app.database.begin().await.unwrap();
    data_keys::lock(&mut other, owner).await.unwrap().unwrap();
    let is_done = AtomicBool::new(false);
    let something = async {
        let result = something.await;
        is_done.store(true, Ordering::SeqCst);
        result
    };
    let switch = async {
        while !is_done.load(Ordering::SeqCst) && !somebody_waits_for(&mut other).await {
            tokio::task::yield_now().await;
        }
        data_key_rotations::switch(&mut other, owner, 1, server.app.now()).await.unwrap();
        other.commit().await.unwrap();
    };
    tokio::join!(something, switch).0
}
