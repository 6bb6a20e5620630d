//! Names, paths, slugs and e-mail addresses: parsed once, valid ever after.
//!
//! Every type is made by its `parse`, which returns the first rule that the text breaks, as a
//! sentence that is safe to show: it never quotes the text.

/// What all parsed texts can do.
macro_rules! parsed_text {
    ($name:ident) => {
        impl $name {
            /// The text in its parsed form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text in its parsed form, without a copy.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

mod email;
mod path;
mod project;
mod secret;
mod slug;

pub use email::Email;
pub use path::{FolderName, SecretPath};
pub use project::ProjectName;
pub use secret::{SecretName, secret_value};
pub use slug::{Slug, slugify, slugify_with_suffix};

/// Why a name is refused: the first rule it breaks. `what` says which name, such as "secret name".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("the {what} must not be empty")]
    Empty {
        /// Which name.
        what: &'static str,
    },
    /// Fewer characters than the minimum.
    #[error("the {what} must have at least {min} characters")]
    TooShort {
        /// Which name.
        what: &'static str,
        /// The least number of characters.
        min: usize,
    },
    /// More characters than the maximum.
    #[error("the {what} must not have more than {max} characters")]
    TooLong {
        /// Which name.
        what: &'static str,
        /// The greatest number of characters.
        max: usize,
    },
    /// A character that is not allowed, where most are.
    #[error("the {what} must not contain {found}")]
    Forbidden {
        /// Which name.
        what: &'static str,
        /// The character, in words.
        found: &'static str,
    },
    /// A character that is not allowed, where few are.
    #[error("the {what} may only consist of {allowed}")]
    NotAllowed {
        /// Which name.
        what: &'static str,
        /// What it may consist of, in words.
        allowed: &'static str,
    },
    /// A secret path with `//`, `.` or `..` in it.
    #[error("the secret path must not contain empty, `.` or `..` segments")]
    AmbiguousPath,
    /// A secret path with too many folders.
    #[error("the secret path must not be more than {} folders deep", SecretPath::DEPTH_MAX)]
    PathTooDeep,
    /// A secret path with too many bytes.
    #[error("the secret path must not be longer than {} bytes", SecretPath::BYTES_MAX)]
    PathTooLong,
    /// Not an e-mail address.
    #[error("the e-mail address is not valid")]
    InvalidEmail,
}

/// Checks the number of characters.
fn check_length(what: &'static str, text: &str, min: usize, max: usize) -> Result<(), NameError> {
    let length = text.chars().count();
    if length == 0 && min > 0 {
        return Err(NameError::Empty { what });
    }
    if length < min {
        return Err(NameError::TooShort { what, min });
    }
    if length > max {
        return Err(NameError::TooLong { what, max });
    }
    Ok(())
}
