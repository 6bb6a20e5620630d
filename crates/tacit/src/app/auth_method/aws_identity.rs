//! The answer of AWS's STS to `GetCallerIdentity`, read strictly: a document with anything twice, in another place or of
//! another name says nothing.

use roxmltree::{Document, Node, ParsingOptions};

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// Elements and texts that a document may have; the real one has about twenty.
const NODES_MAX: u32 = 200;

/// Who has signed a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallerIdentity {
    /// Such as `arn:aws:sts::123456789012:assumed-role/web/i-0abc`.
    pub(super) arn: String,
    /// The account, such as `123456789012`.
    pub(super) account: String,
}

impl CallerIdentity {
    /// Reads an answer; `None` if it is anything else.
    pub(super) fn from_xml(xml: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(xml).ok()?;
        let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).ok()?;
        let root = document.root_element();
        if !root.has_tag_name((NAMESPACE, "GetCallerIdentityResponse")) {
            return None;
        }
        let result = only(root, "GetCallerIdentityResult")?;
        Some(Self { arn: text_of(result, "Arn")?, account: text_of(result, "Account")? })
    }
}

/// The only child of this name.
fn only<'a, 'input>(parent: Node<'a, 'input>, name: &'static str) -> Option<Node<'a, 'input>> {
    let mut found = parent.children().filter(|child| child.has_tag_name((NAMESPACE, name)));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The text of the only child of this name, which holds nothing else.
fn text_of(parent: Node<'_, '_>, name: &'static str) -> Option<String> {
    let element = only(parent, name)?;
    let mut children = element.children();
    let text = children.next().filter(Node::is_text)?;
    if children.next().is_some() {
        return None;
    }
    text.text().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/ada</Arn>
    <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>"#;

    #[test]
    fn the_real_answer_is_read() {
        let identity = CallerIdentity::from_xml(ANSWER.as_bytes()).unwrap();
        assert_eq!(identity.arn, "arn:aws:iam::123456789012:user/ada");
        assert_eq!(identity.account, "123456789012");
    }

    #[test]
    fn anything_else_says_nothing() {
        for (from, to) in [
            ("doc/2011-06-15", "doc/2012"),
            ("GetCallerIdentityResponse", "AssumeRoleResponse"),
            ("GetCallerIdentityResult", "Other"),
            ("<Account>", "<Account>210987654321</Account><Account>"),
            ("<UserId>", "<Arn>arn:aws:iam::210987654321:user/eve</Arn><UserId>"),
            ("<Arn>arn", "<Arn><!-- x -->arn"),
            ("<Arn>arn", "<Arn><b/>arn"),
            ("<Arn>arn:aws:iam::123456789012:user/ada</Arn>", "<Arn/>"),
            ("</GetCallerIdentityResult>", ""),
            ("<GetCallerIdentityResponse", "<!DOCTYPE x [<!ENTITY a \"b\">]><GetCallerIdentityResponse"),
        ] {
            let xml = ANSWER.replace(from, to);
            assert_ne!(xml, ANSWER);
            assert_eq!(CallerIdentity::from_xml(xml.as_bytes()), None, "{from} {to}");
        }
        for other in ["", "{}", "<a/>", "\u{0}"] {
            assert_eq!(CallerIdentity::from_xml(other.as_bytes()), None, "{other}");
        }
        assert_eq!(CallerIdentity::from_xml(&[0xff]), None);
    }

    #[test]
    fn a_deep_document_breaks_nothing() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(CallerIdentity::from_xml(deep.as_bytes()), None);
    }
}
