//! Names of principals in clouds: the ARN of AWS (`arn:aws:iam::123456789012:role/web`) and of Alibaba Cloud
//! (`acs:ram::1234567890123456:role/web`), and patterns of them.
//!
//! The account of a pattern is never a pattern, unless accounts are listed elsewhere: names of users and roles are anybody's
//! choice in an account of their own. In the part behind the account `*` stands for any characters, as in policies of
//! the clouds. Who has assumed a role is named by its session (`assumed-role/ROLE/SESSION`); a pattern can name that or
//! the role. A cloud leaves out the path of a role that was assumed, so a path in a pattern is not compared; since names
//! of roles are unique within an account, such a pattern must name the role without `*`.

use super::allowed;
use crate::app::error::{Error, Result};

/// How a cloud writes its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// How many colons stand before the account.
    colons: usize,
    /// Digits of an account.
    digits: usize,
    /// An example, for messages.
    example: &'static str,
}

/// AWS.
pub(super) const AWS: Form = Form { colons: 4, digits: 12, example: "arn:aws:iam::123456789012:role/web" };
/// Alibaba Cloud.
pub(super) const ALICLOUD: Form =
    Form { colons: 3, digits: 16, example: "acs:ram::1234567890123456:role/web" };

/// A name in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    /// All before the account, such as `arn:aws:iam:`.
    head: &'a str,
    /// The account.
    pub(super) account: &'a str,
    /// All behind it, such as `role/web`.
    resource: &'a str,
}

impl Form {
    /// Whether a text can be the number of an account.
    pub(super) fn is_account(self, text: &str) -> bool {
        text.len() == self.digits && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn split(self, text: &str) -> Option<Arn<'_>> {
        let (at, _) = text.match_indices(':').nth(self.colons - 1)?;
        let (head, rest) = text.split_at(at);
        let (account, resource) = rest[1..].split_once(':')?;
        (!resource.is_empty()).then_some(Arn { head, account, resource })
    }

    /// Reads the name of a principal.
    pub(super) fn parse(self, text: &str) -> Option<Arn<'_>> {
        self.split(text).filter(|arn| self.is_account(arn.account))
    }

    /// Checks a list of patterns. With `any_account` the account may be `*`.
    ///
    /// # Errors
    ///
    /// [`Error::Form`] for the field called `field`.
    pub(super) fn check(self, field: &str, list: &str, any_account: bool) -> Result<()> {
        let wrong = |message: String| Err(Error::form(field, message));
        for pattern in allowed::parts(list) {
            let Some(arn) = self.split(pattern).filter(|arn| !arn.head.contains('*')) else {
                return wrong(format!("must be names such as {} with commas between", self.example));
            };
            let names_account = self.is_account(arn.account) || any_account && arn.account == "*";
            if !names_account {
                return wrong(format!(
                    "each must name its account by {} digits: anybody can have a user or role of any name in an \
                     account of their own",
                    self.digits
                ));
            }
            if role_with_path(arn.resource).is_some_and(|name| name.contains('*')) {
                return wrong(
                    "a role with a path must be named without *: the path is not known of a role that was assumed"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    /// Whether a pattern of the list names the principal, or the role that it has assumed.
    pub(super) fn lists(self, list: &str, arn: Arn<'_>) -> bool {
        let role = arn.assumed_role();
        allowed::parts(list).filter_map(|pattern| self.split(pattern)).any(|pattern| {
            pattern.covers(arn)
                || role
                    .as_ref()
                    .is_some_and(|(head, resource)| pattern.covers_role(head, arn.account, resource))
        })
    }
}

impl Arn<'_> {
    /// Whether this pattern names `other`.
    fn covers(self, other: Arn<'_>) -> bool {
        self.head == other.head
            && matches!(self.account, account if account == "*" || account == other.account)
            && fits(self.resource, other.resource)
    }

    fn covers_role(self, head: &str, account: &str, resource: &str) -> bool {
        let named = role_with_path(self.resource).map(|name| format!("role/{name}"));
        let pattern = Arn { resource: named.as_deref().unwrap_or(self.resource), ..self };
        pattern.covers(Arn { head, account, resource })
    }

    /// Head and resource of the role, if this is a session of one.
    fn assumed_role(self) -> Option<(String, String)> {
        let (role, _session) = self.resource.strip_prefix("assumed-role/")?.split_once('/')?;
        Some((self.head.replace(":sts:", ":iam:"), format!("role/{role}")))
    }
}

/// The name in `role/a/path/name`; `None` for a role without a path, and for anything else.
fn role_with_path(resource: &str) -> Option<&str> {
    let (_path, name) = resource.strip_prefix("role/")?.rsplit_once('/')?;
    Some(name)
}

/// Whether `text` fits `pattern`, in which `*` stands for any characters and nothing else is special.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/web/i-0abc";
    const USER: &str = "arn:aws:iam::123456789012:user/shop/ada";

    fn lists(list: &str, arn: &str) -> bool {
        AWS.lists(list, AWS.parse(arn).unwrap())
    }

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_is_special() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "a/b"),
            ("a*c", "abc"),
            ("a*", "a"),
            ("*b*d", "abcd"),
            ("a**c", "ac"),
            ("a.c", "a.c"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", "ab"),
            ("a*a", "a"),
            ("*ab*ba", "aba"),
            ("a.c", "abc"),
            ("a", "*"),
            ("a*c", "abcd"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_session_is_named_by_itself_or_by_its_role() {
        for list in [
            "arn:aws:iam::123456789012:role/web",
            "arn:aws:iam::123456789012:role/a/path/web",
            "arn:aws:iam::123456789012:role/w*",
            "arn:aws:iam::123456789012:*",
            "arn:aws:sts::123456789012:assumed-role/web/i-*",
            "x, arn:aws:iam::*:role/web",
        ] {
            assert!(lists(list, ROLE), "{list}");
        }
        for list in [
            "",
            "arn:aws:iam::123456789012:role/i-0abc",
            "arn:aws:iam::123456789012:role/web/i-0abc",
            "arn:aws:iam::123456789012:role/other/path",
            "arn:aws:iam::123456789012:user/web",
            "arn:aws:iam::123456789013:role/web",
            "arn:aws-cn:iam::123456789012:role/web",
            "arn:aws:sts::123456789012:assumed-role/web",
            "arn:aws:iam::123456789012:assumed-role/web/i-0abc",
            "arn:aws:sts::123456789012:role/web",
        ] {
            assert!(!lists(list, ROLE), "{list}");
        }
    }

    #[test]
    fn a_user_is_named_with_the_path() {
        assert!(lists("arn:aws:iam::123456789012:user/shop/ada", USER));
        assert!(lists("arn:aws:iam::123456789012:user/shop/*", USER));
        assert!(!lists("arn:aws:iam::123456789012:user/ada", USER));
        assert!(!lists("arn:aws:iam::123456789012:user/ada", "arn:aws:iam::210987654321:user/ada"));
    }

    #[test]
    fn a_pattern_names_its_account() {
        let wrong = |list: &str, any_account| AWS.check("allowedPrincipalArns", list, any_account).is_err();
        for list in [
            "arn:aws:iam::123456789012:*",
            "arn:aws:iam::123456789012:role/a/b/web, arn:aws:iam::123456789012:root",
        ] {
            assert!(!wrong(list, false), "{list}");
        }
        for list in [
            "*",
            "arn:*",
            "arn:aws:iam::123456789012",
            "arn:aws:iam::123456789012:",
            "arn:aws:*::123456789012:role/web",
            "arn:aws:iam::1234567890*:role/web",
            "arn:aws:iam::123456789012:role/path/*",
            "arn:aws:iam::123456789012:role/path/web-*",
        ] {
            assert!(wrong(list, true), "{list}");
        }
        assert!(wrong("arn:aws:iam::*:role/web", false) && !wrong("arn:aws:iam::*:role/web", true));
        assert!(ALICLOUD.check("allowedArns", "acs:ram::1234567890123456:user/*", false).is_ok());
        assert!(ALICLOUD.check("allowedArns", "acs:ram::*:user/ada", false).is_err());
    }

    #[test]
    fn names_of_another_cloud_or_form_are_not_read() {
        for text in [
            "",
            "arn",
            "arn:aws:iam::12345678901x:user/a",
            "arn:aws:iam::123456789012",
            "acs:ram::1234567890123456:user/a",
        ] {
            assert_eq!(AWS.parse(text), None, "{text}");
        }
        let session = ALICLOUD.parse("acs:ram::1234567890123456:assumed-role/web/s").unwrap();
        assert!(ALICLOUD.lists("acs:ram::1234567890123456:role/web", session));
    }
}
