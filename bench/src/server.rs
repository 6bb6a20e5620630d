//! The child processes: Tacit and the floors. Each is killed when its guard is dropped.

use std::{
    ffi::OsStr,
    fs::OpenOptions,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    error::{Error, Result},
    floor::Answer,
    http::{Connection, Endpoint, Request, Response},
    procfs,
    sts::Sts,
    tls::Tls,
};

/// How long a server may take to answer for the first time.
const START_SECONDS: u64 = 30;
/// How long a server may take to stop when asked.
const STOP_SECONDS: u64 = 15;
/// How often a starting or stopping server is looked at: well below the times that are measured.
const POLL: Duration = Duration::from_millis(1);

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) endpoint: Endpoint,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// A process that was started, and where it will listen.
    pub(crate) fn new(child: Child, endpoint: Endpoint) -> Self {
        Self { child, endpoint }
    }

    /// The id of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its memory in RAM, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        procfs::resident_bytes(self.pid())
    }

    /// The CPU time it has used so far.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        procfs::cpu_time(self.pid())
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn fetch(&self, request: &Request) -> Result<Response> {
        Connection::open(&self.endpoint).await?.fetch(request.encode().bytes()).await
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        // The shell sends the signal: the standard library only knows SIGKILL.
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status();
        asked.map_err(Error::io("cannot run sh"))?;
        let give_up = Instant::now() + Duration::from_secs(STOP_SECONDS);
        while !self.has_ended()? {
            if Instant::now() > give_up {
                return Err(Error::TooSlow { what: "stopping the server".to_owned(), seconds: STOP_SECONDS });
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Waits until it answers `request` with 200. `name` is for messages, `started` when it was started.
    pub(crate) async fn await_first_answer(
        &mut self,
        request: &Request,
        name: &str,
        started: Instant,
    ) -> Result<()> {
        let give_up = started + Duration::from_secs(START_SECONDS);
        while !matches!(self.fetch(request).await, Ok(response) if response.status == 200) {
            if self.has_ended()? {
                return Err(Error::Ended(name.to_owned()));
            }
            if Instant::now() > give_up {
                return Err(Error::TooSlow { what: format!("starting {name}"), seconds: START_SECONDS });
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    fn has_ended(&mut self) -> Result<bool> {
        let status = self.child.try_wait().map_err(Error::io("cannot watch the server"))?;
        Ok(status.is_some())
    }
}

/// How to start Tacit.
pub(crate) struct Tacit {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// The database, if it is not SQLite in the data directory.
    pub(crate) database_url: Option<String>,
    /// Where its log lines go.
    pub(crate) log: PathBuf,
    /// The root key that several nodes share; else each data directory has its own.
    pub(crate) root_key: Option<PathBuf>,
    /// TLS, if it is on.
    pub(crate) tls: Option<Tls>,
    /// Who says who has signed a request to AWS.
    pub(crate) sts: Sts,
}

impl Tacit {
    /// Starts it on a data directory. Returns it with the time until `/api/status` answered 200.
    pub(crate) async fn start(&self, data: &Path) -> Result<(Server, Duration)> {
        let address = free_address()?;
        let started = Instant::now();
        let child = self.command(address, data)?.spawn();
        let name = self.binary.display();
        let child = child.map_err(Error::io(format!("cannot start {name}")))?;
        let connector = self.tls.as_ref().map(|tls| tls.connector.clone());
        let mut server = Server::new(child, Endpoint::new(address, connector));
        server.await_first_answer(&Request::get("/api/status"), &name.to_string(), started).await?;
        Ok((server, started.elapsed()))
    }

    /// The command, with default settings: none from the environment, none from a file.
    fn command(&self, address: SocketAddr, data: &Path) -> Result<Command> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.map_err(Error::io(format!("cannot write {}", self.log.display())))?;
        let mut command = Command::new(&self.binary);
        command.arg("server").arg("--listen").arg(address.to_string()).arg("--data-dir").arg(data);
        if let Some(file) = &self.root_key {
            command.arg("--root-key-file").arg(file);
        }
        if let Some(tls) = &self.tls {
            command.args(tls.arguments());
        }
        // Who vouches for logins stands on this machine, and so would a proxy, with which nobody counts as local.
        command.args(["--allow-egress", "127.0.0.1/32", "--aws-sts-endpoint", &self.sts.url()]);
        command.args(["--trusted-proxy", "127.0.0.1/32", "--allow-remote-bootstrap"]);
        command.env("SSL_CERT_FILE", self.sts.certificate());
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_setting(name)) {
            command.env_remove(name);
        }
        if let Some(url) = &self.database_url {
            // Not as an argument: it may hold a password, and arguments are for everyone to see.
            command.env("TACIT_DATABASE_URL", url);
        }
        command.current_dir(data).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Ok(command)
    }
}

fn is_setting(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"TACIT_")
}

/// A loopback address that nothing listens on now.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("cannot listen"))?;
    listener.local_addr().map_err(Error::io("cannot listen"))
}

/// Starts a floor that answers `answer`.
pub(crate) fn start_floor(answer: &Answer, tls: Option<&Tls>) -> Result<Server> {
    let this = std::env::current_exe().map_err(Error::io("cannot find this binary"))?;
    let mut command = Command::new(this);
    command.arg("floor").args(tls.iter().flat_map(|tls| tls.arguments()));
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let child = child.map_err(Error::io("cannot start the floor"))?;
    let mut server = Server::new(child, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into());
    let address = instruct(&mut server.child, answer)?;
    server.endpoint = Endpoint::new(address, tls.map(|tls| tls.connector.clone()));
    Ok(server)
}

/// Hands a floor its answer and reads where it listens.
fn instruct(floor: &mut Child, answer: &Answer) -> Result<SocketAddr> {
    let line = serde_json::to_string(answer).map_err(|error| Error::Unfit(error.to_string()))?;
    // Borrowed, not taken: closing its standard input ends the floor.
    let input = floor.stdin.as_mut().ok_or(Error::Lost("the floor"))?;
    writeln!(input, "{line}").map_err(Error::io("cannot write to the floor"))?;
    let output = floor.stdout.as_mut().ok_or(Error::Lost("the floor"))?;
    let mut address = String::new();
    BufReader::new(output).read_line(&mut address).map_err(Error::io("cannot read from the floor"))?;
    address.trim().parse().map_err(|_| Error::Lost("the floor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_of_tacit_are_kept_from_the_server() {
        assert!(is_setting(OsStr::new("TACIT_DATABASE_URL")));
        assert!(!is_setting(OsStr::new("PATH")));
        assert!(!is_setting(OsStr::new("NOT_TACIT_")));
    }

    #[test]
    fn free_addresses_are_on_loopback() {
        assert!(free_address().unwrap().ip().is_loopback());
    }
}
