//! Keys as those who run the server see and replace them.
//!
//! The root key wraps every other key (`core/keyring`): replacing it wraps these anew, in one transaction
//! ([`root`]). The data key of a project or an organization encrypts what it stores: replacing it encrypts that anew,
//! in the background ([`rotation`], [`reencrypt`]). What does not decrypt stands in its way ([`damaged`]).
//! [`verify`](mod@verify) proves that all keys open, [`recovery`] is the way in without the root key.

mod damaged;
mod overview;
pub mod recovery;
mod reencrypt;
mod root;
mod rotation;
mod verify;

pub use damaged::{DamagedRow, DamagedRows, give_up};
pub use overview::{DataKeyState, Encryption, RecoveryState, data_key, overview};
pub use reencrypt::go_on;
pub use root::{RotatedRootKey, rotate as rotate_root_key};
pub use rotation::{Begun, KeyName, OwnKey, start as rotate_data_key, start_all as rotate_data_keys};
pub use verify::{Verified, for_each_key, verify};
