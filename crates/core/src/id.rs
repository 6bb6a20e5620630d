//! Typed ids, so that one kind of id cannot be passed for another.
//!
//! An id is UUIDv7 text (RFC 9562) when Tacit makes it. One that comes from a client may be any
//! text: an id that is no UUID is simply unknown (`decisions.md` 2), so nothing is checked here.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Builder;

use crate::{random::Random, time::Timestamp};

/// Makes a new id: UUIDv7 text, which sorts by the time it was made.
#[must_use]
pub fn new_id(now: Timestamp, random: &Random) -> String {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string()
}

/// Makes ids each of which sorts after the one before it, also within a millisecond and when the clock
/// goes back (RFC 9562, 6.2, method 2): then the random part of the last one grows by a random number.
#[derive(Debug, Default)]
pub struct IdSequence(Mutex<(u64, u128)>);

/// Bits of an id that are random.
const RANDOM_BITS: u32 = 74;

impl IdSequence {
    /// Makes the next id.
    #[must_use]
    pub fn next(&self, now: Timestamp, random: &Random) -> String {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        let fresh = u128::from_be_bytes(random.bytes()) >> (128 - RANDOM_BITS);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = if millis > last.0 {
            // The highest bit is left free, so that there is room to grow.
            (millis, fresh >> 1)
        } else {
            let grown = last.1 + 1 + (fresh & u128::from(u32::MAX));
            (
                last.0 + u64::try_from(grown >> RANDOM_BITS).unwrap_or_default(),
                grown & ((1 << RANDOM_BITS) - 1),
            )
        };
        let (millis, tail) = *last;
        drop(last);
        // 12 bits stand before the two of the variant, which the builder sets, and 62 behind them.
        let spread = (tail >> 62) << 64 | (tail & ((1 << 62) - 1));
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&spread.to_be_bytes()[6..]);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string()
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id that a client sent or a row holds.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Makes a new id.
            #[must_use]
            pub fn generate(now: Timestamp, random: &Random) -> Self {
                Self(new_id(now, random))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// An organization.
    OrganizationId
    /// A person.
    UserId
    /// A signed-in session of a person.
    SessionId
    /// A sign-in that waits for the second factor.
    ChallengeId
    /// A passkey of a person.
    PasskeyId
    /// A project.
    ProjectId
    /// An environment of a project.
    EnvironmentId
    /// A folder of an environment.
    FolderId
    /// A secret.
    SecretId
    /// A folder included in another folder.
    SecretImportId
    /// A tag of a project.
    TagId
    /// A commit of a project.
    CommitId
    /// A machine identity.
    IdentityId
    /// The Universal Auth or Token Auth configuration of an identity.
    AuthMethodId
    /// A client secret.
    ClientSecretId
    /// An identity's access token.
    AccessTokenId
    /// The place of an actor in an organization or a project.
    MembershipId
    /// A custom role of an organization or a project.
    RoleId
    /// A group of people and machine identities.
    GroupId
    /// A privilege beside the roles of a member.
    PrivilegeId
    /// A webhook of a project.
    WebhookId
    /// One notice to a webhook.
    WebhookDeliveryId
    /// Where an audit log is sent.
    AuditStreamId
    /// A mail that waits to be sent.
    MailId
    /// A password that is to be set anew.
    PasswordResetId
    /// A service token of a project.
    ServiceTokenId
    /// An API key of a person.
    ApiKeyId
    /// A backup that a server made.
    BackupId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_sequence_sort_in_the_order_they_were_made_whatever_the_clock_says() {
        let (random, sequence) = (Random::seeded(1), IdSequence::default());
        let times = (0..10_000_i64).map(|number| 1_700_000_000_000 + number % 3 - number % 7 * 10);

        let ids: Vec<_> = times.map(|time| sequence.next(Timestamp::from_millis(time), &random)).collect();

        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.iter().all(|id| id.len() == 36 && &id[14..15] == "7" && "89ab".contains(&id[19..20])));
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let random = Random::seeded(1);
        let earlier = new_id(Timestamp::from_millis(1_700_000_000_000), &random);
        let later = new_id(Timestamp::from_millis(1_700_000_000_001), &random);

        assert!(earlier < later);
        assert_eq!(earlier.len(), 36);
        assert_eq!(&earlier[14..15], "7");
    }
}
