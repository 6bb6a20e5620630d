//! By what the rows of a table are compared.

use aws_lc_rs::digest::{SHA256, digest};

use super::row::{Cell, encode_row};

/// The rows of a table, whatever their order: the sum of the SHA-256 of each, modulo 2^256, and their number.
///
/// Two engines have no order in common that both read fast, so the order does not count. It finds what a copy
/// lost, doubled or changed by mistake; against forgery a backup has its encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    /// The sum, in big endian.
    pub sum: [u8; 32],
}

impl Digest {
    /// Adds a row. `buffer` is worked in, so that it need not be made for each row.
    pub fn add(&mut self, row: &[Cell], buffer: &mut Vec<u8>) {
        buffer.clear();
        encode_row(row, buffer);
        self.add_encoded(buffer);
    }

    pub(super) fn add_encoded(&mut self, row: &[u8]) {
        self.rows += 1;
        let mut carry = 0;
        for (sum, byte) in self.sum.iter_mut().rev().zip(digest(&SHA256, row).as_ref().iter().rev()) {
            let total = u16::from(*sum) + u16::from(*byte) + carry;
            *sum = (total & 0xff) as u8;
            carry = total >> 8;
        }
    }
}
