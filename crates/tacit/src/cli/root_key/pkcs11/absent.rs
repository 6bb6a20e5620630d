//! A build without the feature `pkcs11`: nothing asks a token.

use zeroize::Zeroizing;

use super::{IV_BYTES, Pkcs11Key, not_built_in};
use crate::cli::failure::Failure;

/// Refuses.
pub(super) fn encrypt(
    _: &Pkcs11Key,
    _: &str,
    _: &[u8],
    _: [u8; IV_BYTES],
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    Err(not_built_in())
}

/// Refuses.
pub(super) fn decrypt(_: &Pkcs11Key, _: &str, _: Vec<u8>, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
    Err(not_built_in())
}

/// Refuses.
pub(super) fn create_key(_: &Pkcs11Key, _: &str) -> Result<(), Failure> {
    Err(not_built_in())
}
