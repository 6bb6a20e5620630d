//! Challenges that carry their own seal, so that none is stored before it was answered.

use aws_lc_rs::constant_time;

use super::{PasskeyError, Result};
use crate::{random::Random, time::Timestamp, token::HashKey};

/// How long an answer is waited for. Browsers are told so, too.
pub const CHALLENGE_TTL_SECONDS: i64 = 5 * 60;
/// Random bytes of a challenge; 13.4.3 asks for 16.
const NONCE_LENGTH: usize = 16;
/// The end, in Unix milliseconds, big-endian.
const END_LENGTH: usize = 8;
/// HMAC-SHA256.
const SEAL_LENGTH: usize = 32;

/// The random part of a challenge. Whoever remembers those that were answered lets none count twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Until when it has to be remembered.
    pub expires_at: Timestamp,
}

/// What a challenge is for. One for something else does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeOf<'a> {
    /// A new passkey in this session.
    Registration(&'a str),
    /// The second factor of this sign-in.
    SecondFactor(&'a str),
    /// Signing in without a password, before anybody knows who it is.
    SignIn,
}

impl ChallengeOf<'_> {
    fn label(&self) -> String {
        match self {
            Self::Registration(session) => format!("registration {session}"),
            Self::SecondFactor(challenge) => format!("second factor {challenge}"),
            Self::SignIn => "sign-in".to_owned(),
        }
    }
}

/// Makes and checks challenges: `nonce (16 bytes) || end (8) || HMAC-SHA256 over both and the purpose (32)`.
pub struct Challenges(HashKey);

/// Prints no key.
impl std::fmt::Debug for Challenges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenges(..)")
    }
}

impl Challenges {
    /// Under a key of its own, one of [`InstanceKeys`](crate::keyring::instance::InstanceKeys).
    pub(crate) const fn new(key: HashKey) -> Self {
        Self(key)
    }

    /// A new challenge.
    #[must_use]
    pub fn issue(&self, purpose: ChallengeOf<'_>, now: Timestamp, random: &Random) -> Vec<u8> {
        let mut challenge = random.bytes::<NONCE_LENGTH>().to_vec();
        challenge.extend(now.plus_seconds(CHALLENGE_TTL_SECONDS).millis().to_be_bytes());
        let seal = self.seal(purpose, &challenge);
        challenge.extend(seal);
        challenge
    }

    /// Checks that a challenge was made here for this, and has not ended. Compares in constant time.
    pub(super) fn check(&self, challenge: &[u8], purpose: ChallengeOf<'_>, now: Timestamp) -> Result<Nonce> {
        if challenge.len() != NONCE_LENGTH + END_LENGTH + SEAL_LENGTH {
            return Err(PasskeyError::Challenge);
        }
        let (sealed, seal) = challenge.split_at(NONCE_LENGTH + END_LENGTH);
        let is_ours = constant_time::verify_slices_are_equal(&self.seal(purpose, sealed), seal).is_ok();
        let (nonce, end) = sealed.split_at(NONCE_LENGTH);
        let mut millis = [0; END_LENGTH];
        millis.copy_from_slice(end);
        let expires_at = Timestamp::from_millis(i64::from_be_bytes(millis));
        if is_ours && now < expires_at {
            return Ok(Nonce { bytes: nonce.to_vec(), expires_at });
        }
        Err(PasskeyError::Challenge)
    }

    /// The sealed bytes have one length, so that no purpose can be read as part of them.
    fn seal(&self, purpose: ChallengeOf<'_>, sealed: &[u8]) -> [u8; SEAL_LENGTH] {
        self.0.hash(&[sealed, purpose.label().as_bytes()].concat())
    }
}
