//! Typed ids, so that one kind of id cannot be passed for another.
//!
//! An id is UUIDv7 text (RFC 9562) when Tacit makes it. One that comes from a client may be any
//! text: an id that is no UUID is simply unknown (`decisions.md` 2), so nothing is checked here.

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
}

#[cfg(test)]
mod tests {
    use super::*;

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
