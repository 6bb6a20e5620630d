//! Runs the built binary in a folder of its own, with nothing from the environment of the tests.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// Exit codes, as docs/server.md lists them.
pub const FAILED: i32 = 1;
pub const SETTINGS: i32 = 2;
pub const DATABASE: i32 = 3;
pub const ROOT_KEY: i32 = 4;
pub const LISTEN: i32 = 5;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// The first administrator's password.
pub const PASSWORD: &str = "correct horse battery canary";

/// `tacit` with these arguments, at home in `folder`.
pub fn tacit(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tacit"));
    command.args(arguments).env_clear().env("HOME", folder).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `tacit server` on a free port, with its data in `folder/data`.
pub fn server(folder: &Path) -> Command {
    tacit(folder, &["server", "--listen", "127.0.0.1:0", "--data-dir", "data"])
}

/// What a command that ended has said.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end, with `input` on its standard input.
pub fn run(mut command: Command, input: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A command that refuses at once does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running server; killed when dropped.
pub struct Server {
    /// Where it answers, such as `http://127.0.0.1:40123`.
    pub url: String,
    child: Child,
    /// Locked so that threads may share the server.
    lines: Mutex<Receiver<String>>,
    log: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a server and waits until it listens.
    pub fn start(command: Command) -> Self {
        Self::try_start(command, "\"listening\"")
            .unwrap_or_else(|ended| panic!("the server ended: {ended:?}"))
    }

    /// Starts a server and waits until it says that it is sealed.
    pub fn start_sealed(command: Command) -> Self {
        Self::try_start(command, "tacit unseal").unwrap_or_else(|ended| panic!("the server ended: {ended:?}"))
    }

    /// Starts a server that must refuse to start.
    pub fn refused(command: Command) -> Ended {
        match Self::try_start(command, "\"listening\"") {
            Ok(server) => panic!("the server started: {}", server.log),
            Err(ended) => ended,
        }
    }

    fn try_start(mut command: Command, ready: &str) -> Result<Self, Ended> {
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut server = Self { url: String::new(), child, lines: Mutex::new(lines), log: String::new() };
        match server.next_line_with(ready) {
            Some(line) => {
                let line: Value = serde_json::from_str(&line).unwrap();
                line["address"].as_str().unwrap().clone_into(&mut server.url);
                Ok(server)
            }
            None => Err(server.wait()),
        }
    }

    /// Waits for a line of the log that holds `text`.
    pub fn wait_for(&mut self, text: &str) -> String {
        self.next_line_with(text).unwrap_or_else(|| panic!("no line with {text:?}: {}", self.log))
    }

    /// A line of the log up to "listening" that holds `text`.
    pub fn line_with(&self, text: &str) -> Value {
        let line = self.log.lines().find(|line| line.contains(text));
        serde_json::from_str(line.unwrap_or_else(|| panic!("no line with {text:?}: {}", self.log))).unwrap()
    }

    fn next_line_with(&mut self, text: &str) -> Option<String> {
        let end = Instant::now() + PATIENCE;
        while let Ok(line) =
            self.lines.get_mut().unwrap().recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.log.push_str(&line);
            self.log.push('\n');
            if line.contains(text) {
                return Some(line);
            }
        }
        None
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it has ended.
    pub fn wait(mut self) -> Ended {
        let code = self.child.wait().unwrap().code();
        while let Ok(line) = self.lines.get_mut().unwrap().recv_timeout(PATIENCE) {
            self.log.push_str(&line);
            self.log.push('\n');
        }
        Ended { code, stdout: String::new(), stderr: std::mem::take(&mut self.log) }
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(self) -> Ended {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Sends a request. Returns status and body.
    pub fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> (u16, Value) {
        self.try_call(method, path, token, body).unwrap()
    }

    /// As [`Self::call`], for a server that may be gone.
    pub fn try_call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<(u16, Value), ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(body.map(Value::to_string).unwrap_or_default()).unwrap();
        let mut response = agent().run(request)?;
        let text = response.body_mut().read_to_string()?;
        Ok((response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// Makes the first administrator and returns the answer.
    pub fn bootstrap(&self) -> Value {
        let body = json!({ "email": "ada@example.test", "password": PASSWORD, "organization": "Acme" });
        let (status, answer) = self.call("POST", "/api/v1/admin/bootstrap", None, Some(&body));
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    config.timeout_global(Some(PATIENCE)).build().new_agent()
}
