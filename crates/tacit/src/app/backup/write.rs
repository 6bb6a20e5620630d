//! Writing a store into a backup.

use std::io::Write;

use tacit_core::{
    backup::{Encoder, Header},
    id::new_id,
    keyring::RootKey,
    random::Random,
    time::Timestamp,
};
use tacit_store::copy::Snapshot;

use super::Result;

/// A backup that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its id.
    pub id: String,
    /// How many tables are in it.
    pub tables: u64,
    /// How many rows are in all of them.
    pub rows: u64,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// Writes the store at the moment of `snapshot`, which is `now`, to `out`. `root` opens it.
///
/// # Errors
///
/// If the database fails or `out` takes no more.
pub async fn write(
    snapshot: &mut Snapshot,
    engine: &str,
    root: &RootKey,
    random: &Random,
    now: Timestamp,
    out: &mut (impl Write + Send),
) -> Result<Written> {
    let id = new_id(now, random);
    let header = Header::new(id.clone(), now, snapshot.schema_version(), engine, env!("CARGO_PKG_VERSION"));
    let mut encoder = Encoder::new(header, root, random);
    let mut written = Written { id, tables: 0, rows: 0, bytes: 0 };
    for table in snapshot.tables().to_vec() {
        encoder.table(&table.name, &table.columns);
        let mut rows = snapshot.rows(&table).await?;
        loop {
            let page = rows.next().await?;
            if page.is_empty() {
                break;
            }
            for row in page {
                encoder.row(row);
            }
            put(&encoder.take(), out, &mut written)?;
            // In a server, others want to go on too.
            tokio::task::yield_now().await;
        }
        written.rows += encoder.end_table().rows;
        written.tables += 1;
    }
    put(&encoder.finish(), out, &mut written)?;
    Ok(written)
}

fn put(bytes: &[u8], out: &mut impl Write, written: &mut Written) -> Result<()> {
    out.write_all(bytes)?;
    written.bytes += bytes.len() as u64;
    Ok(())
}
