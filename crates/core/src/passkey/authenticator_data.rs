//! What the authenticator says (6.1): `rpIdHash (32 bytes) || flags (1) || signCount (4)`, then attested
//! credential data if AT is set, then a CBOR map of extensions if ED is set.

use aws_lc_rs::digest::{SHA256, digest};
use minicbor::Decoder;

use super::{
    AUTHENTICATOR_DATA_BYTES_MAX, CREDENTIAL_ID_BYTES_MAX, PasskeyError, RelyingParty, Result, Verification,
    malformed,
};

const USER_PRESENT: u8 = 1 << 0;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// The parts.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    relying_party_hash: &'a [u8],
    is_present: bool,
    is_verified: bool,
    pub(super) is_backup_eligible: bool,
    pub(super) is_backed_up: bool,
    pub(super) sign_count: u32,
    pub(super) credential: Option<AttestedCredential<'a>>,
}

/// A new credential (6.5.1): `aaguid (16) || length of the id (2) || id || COSE key`.
#[derive(Debug)]
pub(super) struct AttestedCredential<'a> {
    pub(super) id: &'a [u8],
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() > AUTHENTICATOR_DATA_BYTES_MAX {
            return Err(PasskeyError::Malformed);
        }
        let (relying_party_hash, rest) = take(bytes, 32)?;
        let (flags, rest) = take(rest, 1)?;
        let (count, mut rest) = take(rest, 4)?;
        let flags = flags[0];
        let has = |flag| flags & flag != 0;
        let mut sign_count = [0; 4];
        sign_count.copy_from_slice(count);
        let credential = if has(HAS_CREDENTIAL) { Some(credential(&mut rest)?) } else { None };
        if has(HAS_EXTENSIONS) {
            let (_, behind) = take(rest, map_length(rest)?)?;
            rest = behind;
        }
        if !rest.is_empty() {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self {
            relying_party_hash,
            is_present: has(USER_PRESENT),
            is_verified: has(USER_VERIFIED),
            is_backup_eligible: has(BACKUP_ELIGIBLE),
            is_backed_up: has(BACKED_UP),
            sign_count: u32::from_be_bytes(sign_count),
            credential,
        })
    }

    /// Site and flags (7.1 steps 14 to 18, 7.2 steps 15 to 19).
    pub(super) fn check(&self, relying_party: &RelyingParty, verification: Verification) -> Result<()> {
        if digest(&SHA256, relying_party.id().as_bytes()).as_ref() != self.relying_party_hash {
            return Err(PasskeyError::RelyingParty);
        }
        if !self.is_present {
            return Err(PasskeyError::NotPresent);
        }
        if verification == Verification::Required && !self.is_verified {
            return Err(PasskeyError::NotVerified);
        }
        if self.is_backed_up && !self.is_backup_eligible {
            return Err(PasskeyError::Malformed);
        }
        Ok(())
    }
}

fn credential<'a>(rest: &mut &'a [u8]) -> Result<AttestedCredential<'a>> {
    let (_aaguid, behind) = take(rest, 16)?;
    let (length, behind) = take(behind, 2)?;
    let length = usize::from(length[0]) << 8 | usize::from(length[1]);
    if length == 0 || length > CREDENTIAL_ID_BYTES_MAX {
        return Err(PasskeyError::Malformed);
    }
    let (id, behind) = take(behind, length)?;
    let (public_key, behind) = take(behind, map_length(behind)?)?;
    *rest = behind;
    Ok(AttestedCredential { id, public_key })
}

/// The length of the CBOR map that the bytes begin with.
fn map_length(bytes: &[u8]) -> Result<usize> {
    let mut decoder = Decoder::new(bytes);
    if malformed(decoder.datatype())? != minicbor::data::Type::Map {
        return Err(PasskeyError::Malformed);
    }
    malformed(decoder.skip())?;
    Ok(decoder.position())
}

fn take(bytes: &[u8], length: usize) -> Result<(&[u8], &[u8])> {
    bytes.split_at_checked(length).ok_or(PasskeyError::Malformed)
}
