//! Every sentence that leaves by mail. Plain text, and of what people named only what a mail needs.

/// A mail to one person.
#[derive(Clone)]
pub struct Mail {
    /// To whom.
    pub recipient: String,
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: String,
    /// How long what it holds is of use, from now.
    pub ttl_seconds: i64,
}

/// Prints no text: it may hold a code.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({})", self.kind.name())
    }
}

/// What a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An invitation into an organization.
    Invitation,
    /// The link to set a password anew.
    PasswordReset,
    /// That a password was set anew.
    PasswordWasReset,
    /// The code that shows that somebody reads mail to an address.
    EmailVerification,
    /// A mail that shows that mails arrive.
    Test,
}

impl Kind {
    const ALL: [Self; 5] =
        [Self::Invitation, Self::PasswordReset, Self::PasswordWasReset, Self::EmailVerification, Self::Test];

    /// As rows and logs name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password-reset",
            Self::PasswordWasReset => "password-was-reset",
            Self::EmailVerification => "email-verification",
            Self::Test => "test",
        }
    }

    /// The kind a row names.
    pub(super) fn stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The subject. It holds nothing that anybody chose, so that nobody writes headlines by our mail.
    #[must_use]
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Invitation => "You are invited to an organization on Tacit",
            Self::PasswordReset => "Set a new password for Tacit",
            Self::PasswordWasReset => "Your password for Tacit was changed",
            Self::EmailVerification => "Your code for Tacit",
            Self::Test => "Test mail from Tacit",
        }
    }
}

/// To somebody who is invited by `inviter` into `organization`: names that anybody can choose.
#[must_use]
pub fn invitation(recipient: &str, inviter: &str, organization: &str, link: &str, ttl_seconds: i64) -> Mail {
    let days = ttl_seconds / (24 * 3600);
    let organization = without_links(organization);
    let text = format!(
        "{inviter} invites you to the organization \"{organization}\".\n\n\
         To accept, open this link within {days} days. It works once, and only for {recipient}:\n\n\
         {link}\n\n\
         If you did not expect this, ignore it: nothing happens unless you accept.\n"
    );
    Mail { recipient: recipient.to_owned(), kind: Kind::Invitation, text, ttl_seconds }
}

/// A name in which no mail program finds a link, so that nobody sends theirs by our mail.
#[must_use]
pub fn without_links(name: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for character in name.chars() {
        if before == '.' && !character.is_whitespace() {
            text.push(' ');
        }
        text.push(if matches!(character, ':' | '/' | '@' | '\\') { ' ' } else { character });
        before = character;
    }
    text
}

/// To somebody who forgot the password.
#[must_use]
pub fn password_reset(recipient: &str, link: &str, ttl_seconds: i64) -> Mail {
    let minutes = ttl_seconds / 60;
    let text = format!(
        "Somebody asked to set a new password for {recipient}.\n\n\
         If it was you, open this link within {minutes} minutes. It works once:\n\n\
         {link}\n\n\
         If it was not you, ignore this mail: your password stays as it is.\n"
    );
    Mail { recipient: recipient.to_owned(), kind: Kind::PasswordReset, text, ttl_seconds }
}

/// To somebody whose password was set anew.
#[must_use]
pub fn password_was_reset(recipient: &str, site: &str) -> Mail {
    let text = format!(
        "A new password was set for {recipient} at {site}, and all sessions have ended.\n\n\
         If it was not you, set a new password now, and tell the administrator of your server.\n"
    );
    let ttl_seconds = 24 * 3600;
    Mail { recipient: recipient.to_owned(), kind: Kind::PasswordWasReset, text, ttl_seconds }
}

/// To somebody who shows that they read mail to their address.
#[must_use]
pub fn email_verification(recipient: &str, code: &str, ttl_seconds: i64) -> Mail {
    let minutes = ttl_seconds / 60;
    let text = format!(
        "Your code is {code}\n\n\
         Enter it in your profile within {minutes} minutes. It works once.\n\n\
         If you did not ask for it, ignore this mail.\n"
    );
    Mail { recipient: recipient.to_owned(), kind: Kind::EmailVerification, text, ttl_seconds }
}

/// To an administrator who wants to see whether mails arrive.
#[must_use]
pub fn test(recipient: &str, site: &str) -> Mail {
    let text = format!("Mails from {site} arrive.\n");
    Mail { recipient: recipient.to_owned(), kind: Kind::Test, text, ttl_seconds: 60 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::stored(kind.name()), Some(kind));
        }
        assert_eq!(Kind::stored("something"), None);
    }

    #[test]
    fn a_name_holds_no_link() {
        for (name, expected) in [
            ("Acme Inc.", "Acme Inc."),
            ("Go to https://evil.example/x", "Go to https   evil. example x"),
            ("www.evil.example", "www. evil. example"),
            ("mail me@evil", "mail me evil"),
        ] {
            assert_eq!(without_links(name), expected);
        }
    }

    #[test]
    fn what_is_printed_of_a_mail_holds_no_code() {
        let mail = email_verification("ada@example.test", "123456", 900);

        assert!(mail.text.contains("123456") && mail.text.contains("15 minutes"));
        assert_eq!(format!("{mail:?}"), "Mail(email-verification)");
    }
}
