//! The machine's part of the walk as commands to run oneself, with the real ids.

use super::{
    super::{client::Client, terminal},
    walk::Walked,
};

/// Shows the client secret and the commands.
pub(super) fn show(server: &Client, walked: &Walked) {
    terminal::line(&format!(
        "\nclient id                  {}\nclient secret (shown once) {}   saved nowhere\n\nRun it yourself:\n{}\n\nUndo all:  tacit quickstart{} --undo",
        walked.client_id,
        terminal::bold(&walked.client_secret),
        commands(server.base(), &walked.project_id, &walked.client_id),
        server.url_flag(),
    ));
}

/// The commands. The client secret is typed in, so that it is not in the shell's history.
fn commands(base: &str, project_id: &str, client_id: &str) -> String {
    let place = format!("workspaceId={project_id}&environment=dev");
    format!(
        r#"  read -rs CLIENT_SECRET        # paste the client secret, then Enter
  TOKEN=$(curl -sS {base}/api/v1/auth/universal-auth/login \
    --data-urlencode clientId={client_id} \
    --data-urlencode "clientSecret=$CLIENT_SECRET" \
    | sed -E 's/.*"accessToken": ?"([^"]+)".*/\1/')
  curl -sS "{base}/api/v3/secrets/raw/FOO?{place}" -H "Authorization: Bearer $TOKEN"
  curl -sS "{base}/api/v3/secrets/raw?{place}" -H "Authorization: Bearer $TOKEN""#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_hold_the_real_ids() {
        let commands = commands("http://127.0.0.1:8080", "P", "C");
        assert!(commands.contains("clientId=C "));
        assert!(
            commands.contains("http://127.0.0.1:8080/api/v3/secrets/raw/FOO?workspaceId=P&environment=dev")
        );
    }
}
