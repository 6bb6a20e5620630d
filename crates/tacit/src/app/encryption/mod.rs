//! Keys as those who run the server see and replace them.
//!
//! The root key wraps every other key (`core/keyring`): replacing it wraps these anew, in one transaction
//! ([`root`]). The data key of a project encrypts its values: replacing it encrypts them anew, in the background
//! ([`rotation`], [`reencrypt`]). [`verify`](mod@verify) proves that all keys open, [`recovery`] is the way in without the
//! root key.

mod overview;
pub mod recovery;
mod reencrypt;
mod root;
mod rotation;
mod verify;

pub use overview::{Encryption, ProjectKey, RecoveryState, overview, project_key};
pub use reencrypt::go_on;
pub use root::{RotatedRootKey, rotate as rotate_root_key};
pub use rotation::{Projects, start as rotate_data_keys};
pub use verify::{Verified, verify};
