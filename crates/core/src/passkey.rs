//! Passkeys: checking what an authenticator says (W3C Web Authentication Level 3, sections 7.1 and 7.2).
//!
//! This is the part of the standard that a server needs which asks for no attestation: it does not care
//! who made an authenticator, only that the same one comes back. Keys are ES256, EdDSA and RS256. Nothing
//! is remembered here: the challenge carries its own seal and end ([`Challenges`]), and the caller holds
//! what was registered.
//!
//! Every input has a limit, CBOR is read without recursion and only in the shapes the standard names, and
//! all of it comes from strangers: nothing here panics.

mod authenticator_data;
mod challenge;
mod client_data;
mod public_key;
mod relying_party;

use aws_lc_rs::digest::{SHA256, digest};
use minicbor::Decoder;

use authenticator_data::AuthenticatorData;
pub use challenge::{CHALLENGE_TTL_SECONDS, ChallengeOf, Challenges, Nonce};
use client_data::ClientData;
pub use public_key::{ALGORITHMS, PublicKey};
pub use relying_party::RelyingParty;

use crate::time::Timestamp;

/// The greatest length of a credential's id, in bytes (7.1 step 25).
pub const CREDENTIAL_ID_BYTES_MAX: usize = 1023;
/// The greatest length of client data, in bytes. Browsers write about 200.
const CLIENT_DATA_BYTES_MAX: usize = 4 * 1024;
/// The greatest length of an attestation object, in bytes: some authenticators send certificates unasked.
const ATTESTATION_BYTES_MAX: usize = 16 * 1024;
/// The greatest length of authenticator data, in bytes.
const AUTHENTICATOR_DATA_BYTES_MAX: usize = 4 * 1024;
/// The greatest length of a signature, in bytes: that of RSA with 8192 bits.
const SIGNATURE_BYTES_MAX: usize = 1024;

/// Why an answer of an authenticator does not count. The texts are for the audit log and for people who
/// register; somebody who signs in learns none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// Not in the form of the standard, or too long.
    #[error("the answer of the authenticator cannot be read")]
    Malformed,
    /// Made for something else: registered instead of signed in, or the other way round.
    #[error("the answer is one to another question")]
    OtherType,
    /// Not our challenge, for another session, or too old.
    #[error("the challenge is not ours or has ended")]
    Challenge,
    /// Another page asked.
    #[error("the answer was given to a page at another address")]
    Origin,
    /// The authenticator answered for another site.
    #[error("the passkey is one of another site")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody confirmed at the authenticator")]
    NotPresent,
    /// The authenticator did not check who holds it.
    #[error("the authenticator did not check who uses it")]
    NotVerified,
    /// A kind of key that was not asked for.
    #[error("the key is of a kind that is not supported")]
    Algorithm,
    /// The signature is not by the key.
    #[error("the signature is not by this passkey")]
    Signature,
    /// The counter did not grow.
    #[error("the counter went back: the passkey may have been copied")]
    Counter,
    /// What cannot change about a passkey changed.
    #[error("the passkey says it can be synchronized where it could not before, or the other way round")]
    BackupEligibility,
}

type Result<T, E = PasskeyError> = std::result::Result<T, E>;

/// What an answer must be about.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// This site.
    pub relying_party: &'a RelyingParty,
    /// Who made the challenge.
    pub challenges: &'a Challenges,
    /// What the challenge was for.
    pub purpose: ChallengeOf<'a>,
    /// Now.
    pub now: Timestamp,
}

/// What a browser returns from `navigator.credentials.create()`.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// JSON in which the browser says what was asked, and where.
    pub client_data: Vec<u8>,
    /// CBOR with the new key.
    pub attestation_object: Vec<u8>,
}

/// A passkey that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// The id that the authenticator gave it.
    pub credential_id: Vec<u8>,
    /// Its key.
    pub public_key: PublicKey,
    /// How often it signed; authenticators that do not count say 0.
    pub sign_count: u32,
    /// Whether it may be on several devices.
    pub is_backup_eligible: bool,
    /// Whether it is.
    pub is_backed_up: bool,
    /// The challenge that was answered, to be used up.
    pub nonce: Nonce,
}

/// What a browser returns from `navigator.credentials.get()`.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Which passkey.
    pub credential_id: Vec<u8>,
    /// JSON in which the browser says what was asked, and where.
    pub client_data: Vec<u8>,
    /// What the authenticator says.
    pub authenticator_data: Vec<u8>,
    /// Its signature over both.
    pub signature: Vec<u8>,
    /// Whose the passkey is, as the authenticator remembers it.
    pub user_handle: Option<Vec<u8>>,
}

/// What is known of a passkey that signs in.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its key.
    pub public_key: &'a PublicKey,
    /// The counter of last time.
    pub sign_count: u32,
    /// Whether it may be on several devices.
    pub is_backup_eligible: bool,
}

/// A passkey that proved itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The counter to store.
    pub sign_count: u32,
    /// Whether it is on several devices now.
    pub is_backed_up: bool,
    /// The challenge that was answered, to be used up.
    pub nonce: Nonce,
}

/// Whether the authenticator must have checked who holds it: by finger, face or PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Holding it is enough, beside a password.
    Preferred,
    /// It stands alone.
    Required,
}

/// Checks a new passkey (7.1). Attestation is not asked for, so its statement is passed over: whoever
/// registers could choose any authenticator anyway.
///
/// # Errors
///
/// [`PasskeyError`] with the first rule it breaks.
pub fn register(expected: &Expected<'_>, attestation: &Attestation) -> Result<NewPasskey> {
    // Steps 5 to 11.
    let client_data = ClientData::parse(&attestation.client_data)?;
    let nonce = client_data.check("webauthn.create", expected)?;
    // Steps 13 to 18.
    let bytes = authenticator_data_of(&attestation.attestation_object)?;
    let data = AuthenticatorData::parse(bytes)?;
    data.check(expected.relying_party, Verification::Preferred)?;
    // Steps 20, 25 and 26; that the id is new is for the caller to know.
    let credential = data.credential.ok_or(PasskeyError::Malformed)?;
    Ok(NewPasskey {
        credential_id: credential.id.to_vec(),
        public_key: PublicKey::parse(credential.public_key)?,
        sign_count: data.sign_count,
        is_backup_eligible: data.is_backup_eligible,
        is_backed_up: data.is_backed_up,
        nonce,
    })
}

/// The authenticator data in an attestation object (6.5.4): a map of `fmt`, `attStmt` and `authData`.
fn authenticator_data_of(object: &[u8]) -> Result<&[u8]> {
    if object.len() > ATTESTATION_BYTES_MAX {
        return Err(PasskeyError::Malformed);
    }
    let mut decoder = Decoder::new(object);
    let mut found = None;
    let mut names = 0_u8;
    if malformed(decoder.map())? != Some(3) {
        return Err(PasskeyError::Malformed);
    }
    for _ in 0..3 {
        names |= match malformed(decoder.str())? {
            "fmt" => malformed(decoder.str()).map(|_| 1)?,
            "attStmt" => malformed(decoder.skip()).map(|()| 2)?,
            "authData" => {
                found = Some(malformed(decoder.bytes())?);
                4
            }
            _ => return Err(PasskeyError::Malformed),
        };
    }
    // All three, each once, and nothing behind them.
    if names != 7 || decoder.position() != object.len() {
        return Err(PasskeyError::Malformed);
    }
    found.ok_or(PasskeyError::Malformed)
}

/// Checks that a passkey signs in (7.2). That it is one of the person is for the caller to know (step 6).
///
/// # Errors
///
/// [`PasskeyError`] with the first rule the answer breaks.
pub fn authenticate(
    expected: &Expected<'_>,
    verification: Verification,
    known: Known<'_>,
    assertion: &Assertion,
) -> Result<Proved> {
    // Steps 8 to 14.
    let client_data = ClientData::parse(&assertion.client_data)?;
    let nonce = client_data.check("webauthn.get", expected)?;
    // Steps 15 to 19.
    let data = AuthenticatorData::parse(&assertion.authenticator_data)?;
    data.check(expected.relying_party, verification)?;
    if data.is_backup_eligible != known.is_backup_eligible {
        return Err(PasskeyError::BackupEligibility);
    }
    // Steps 20 and 21.
    if assertion.signature.len() > SIGNATURE_BYTES_MAX {
        return Err(PasskeyError::Malformed);
    }
    let hash = digest(&SHA256, &assertion.client_data);
    let signed = [&assertion.authenticator_data[..], hash.as_ref()].concat();
    known.public_key.verify(&signed, &assertion.signature)?;
    // Step 22. An authenticator that counts always counts up.
    let counts = data.sign_count != 0 || known.sign_count != 0;
    if counts && data.sign_count <= known.sign_count {
        return Err(PasskeyError::Counter);
    }
    Ok(Proved { sign_count: data.sign_count, is_backed_up: data.is_backed_up, nonce })
}

/// What the CBOR reader refuses is malformed.
fn malformed<T, E>(result: std::result::Result<T, E>) -> Result<T> {
    result.map_err(|_| PasskeyError::Malformed)
}

#[cfg(test)]
mod tests;
