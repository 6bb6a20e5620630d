//! What the conditions of a rule look at.

use super::Object;

super::names::names! {
    /// An attribute that conditions can name (wire-contract 12.4).
    Field {
        /// Slug of the environment.
        Environment = "environment",
        /// Path of the folder.
        SecretPath = "secretPath",
        /// Name of the secret.
        SecretName = "secretName",
        /// Slugs of the secret's tags.
        SecretTags = "secretTags",
        /// Key and value pairs.
        Metadata = "metadata",
        /// Id of the connection used.
        ConnectionId = "connectionId",
        /// Id of the identity.
        IdentityId = "identityId",
        /// E-mail of the person.
        UserEmail = "userEmail",
        /// Name of the group.
        GroupName = "groupName",
        /// Slug of the role to be assigned.
        AssignableRole = "assignableRole",
        /// Subject of the privilege to be assigned.
        AssignableSubject = "assignableSubject",
        /// Action of the privilege to be assigned.
        AssignableAction = "assignableAction",
    }
}

impl Field {
    /// Whether every object whose subject has this field has a value for it.
    ///
    /// If an [`Object`] does not state such a field, it is unknown rather than empty, and the
    /// unknown never helps the caller. The others may well be absent: an identity has no id
    /// before it exists.
    pub(super) const fn is_inherent(self) -> bool {
        matches!(
            self,
            Self::Environment | Self::SecretPath | Self::SecretName | Self::SecretTags | Self::Metadata
        )
    }

    /// What `object` states about this field.
    pub(super) fn of<'a>(self, object: &Object<'a>) -> Attribute<'a> {
        let text = match self {
            Self::SecretTags => return object.secret_tags.map_or(Attribute::Absent, Attribute::Tags),
            Self::Metadata => return object.metadata.map_or(Attribute::Absent, Attribute::Metadata),
            Self::Environment => object.environment,
            Self::SecretPath => object.secret_path,
            Self::SecretName => object.secret_name,
            Self::ConnectionId => object.connection_id,
            Self::IdentityId => object.identity_id,
            Self::UserEmail => object.user_email,
            Self::GroupName => object.group_name,
            Self::AssignableRole => object.assignable_role,
            Self::AssignableSubject => object.assignable_subject.map(super::Subject::as_str),
            Self::AssignableAction => object.assignable_action.map(super::Action::as_str),
        };
        text.map_or(Attribute::Absent, Attribute::Text)
    }
}

/// The value of a [`Field`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Attribute<'a> {
    /// The object does not state it.
    Absent,
    /// One text.
    Text(&'a str),
    /// Any number of texts.
    Tags(&'a [String]),
    /// Any number of key and value pairs.
    Metadata(&'a [(String, String)]),
}
