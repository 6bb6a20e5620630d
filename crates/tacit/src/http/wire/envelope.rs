//! The key around an answer, which is often all that the generations differ in (wire-contract 17).
//!
//! A handler is generic over its answer and turns the bare object into it with [`From`]. The route
//! names the envelope; an object itself is its own, bare one.

use schemars::JsonSchema;
use serde::Serialize;

macro_rules! envelopes {
    ($($(#[$doc:meta])* $name:ident { $field:ident as $key:literal })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, JsonSchema)]
        pub struct $name<T> {
            /// What was asked for.
            #[serde(rename = $key)]
            pub $field: T,
        }

        impl<T> From<T> for $name<T> {
            fn from($field: T) -> Self {
                Self { $field }
            }
        }
    )*};
}

envelopes! {
    /// `{project: …}`
    InProject { project as "project" }
    /// `{workspace: …}`, the older name.
    InWorkspace { workspace as "workspace" }
    /// `{projects: …}`
    InProjects { projects as "projects" }
    /// `{workspaces: …}`, the older name.
    InWorkspaces { workspaces as "workspaces" }
    /// `{tag: …}`
    InTag { tag as "tag" }
    /// `{workspaceTag: …}`, the older name.
    InWorkspaceTag { tag as "workspaceTag" }
    /// `{tags: …}`
    InTags { tags as "tags" }
    /// `{workspaceTags: …}`, the older name.
    InWorkspaceTags { tags as "workspaceTags" }
    /// `{environment: …}`
    InEnvironment { environment as "environment" }
    /// `{identityMembership: …}`
    InIdentityMembership { membership as "identityMembership" }
    /// `{membership: …}`
    InMembership { membership as "membership" }
    /// `{memberships: …}`
    InMemberships { memberships as "memberships" }
    /// `{users: …}`
    InUsers { users as "users" }
    /// `{role: …}`
    InRole { role as "role" }
    /// `{roles: …}`
    InRoles { roles as "roles" }
    /// `{groupMembership: …}`
    InGroupMembership { membership as "groupMembership" }
    /// `{groupMemberships: …}`
    InGroupMemberships { memberships as "groupMemberships" }
    /// `{groups: …}`
    InGroups { groups as "groups" }
    /// `{privilege: …}`
    InPrivilege { privilege as "privilege" }
    /// `{privileges: …}`
    InPrivileges { privileges as "privileges" }
    /// `{data: …}`
    InData { data as "data" }
}

/// An answer with a sentence for people beside it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WithMessage<E> {
    /// What was done.
    pub message: &'static str,
    /// What became of it.
    #[serde(flatten)]
    pub answer: E,
}
