//! The class of a User-Agent header, as the audit log shows it.

/// Which kind of client this is (wire-contract 1.8).
#[must_use]
pub(super) fn class(user_agent: &str) -> &'static str {
    if user_agent == "cli" {
        "cli"
    } else if user_agent == "k8-operator" || user_agent.starts_with("k8-operator/") {
        "k8-operator"
    } else if user_agent == "terraform" {
        "terraform"
    } else if user_agent.to_ascii_lowercase().contains("mozilla") {
        "web"
    } else if user_agent.contains("InfisicalNodeSDK") {
        "InfisicalNodeSDK"
    } else if user_agent.contains("InfisicalPythonSDK") {
        "InfisicalPythonSDK"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn clients_are_told_apart_by_their_user_agent() {
        assert_eq!(class("cli"), "cli");
        assert_eq!(class("cli/1"), "other");
        assert_eq!(class("k8-operator/0.9"), "k8-operator");
        assert_eq!(class("Mozilla/5.0 (X11)"), "web");
        assert_eq!(class("xInfisicalNodeSDK"), "InfisicalNodeSDK");
        assert_eq!(class(""), "other");
    }
}
