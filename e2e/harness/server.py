"""Starts the built binary as an operator would, and stops it again."""

import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15
POLL_SECONDS = 0.02
LOG_LINES_SHOWN = 60


class ServerError(Exception):
    """The server did not start, or did not end, as it should. The text is for people."""


@contextlib.contextmanager
def running_server(binary, database_url=None, options=(), mail_port=None, backups=False, environment=None):
    """Runs `binary` on a fresh data folder and yields the `Server`; `database_url` puts the data into PostgreSQL,
    `options` are further options of `tacit server`, and `environment` is added to its own. With `mail_port` it sends
    mails to that port of this machine, with `backups` it makes backups.

    Leaving the block asks the server to stop, and checks that it went quietly and logged nothing confidential.
    """
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tacit-e2e."))
    if backups:
        options = [*options, "--backup-dir", str(folder / "backups")]
    try:
        server = Server(binary, folder, database_url, options, mail_port, environment=environment)
        try:
            server.wait_until_ready()
            yield server
        except BaseException:
            server.kill()
            raise
        server.stop()
    finally:
        shutil.rmtree(folder)


class Server:
    """One server process, its address in `url`, its log, and in `confidential` the texts that must not be logged."""

    def __init__(
        self, binary, folder, database_url, options=(), mail_port=None, port=None, prefix=(), environment=None
    ):
        """`prefix` is what the command line is put behind, which must become the server in the end."""
        if not os.access(binary, os.X_OK):
            raise ServerError(f"there is no program at {binary}: build it with 'cargo build'")
        self.confidential = []
        address = f"127.0.0.1:{port or free_port()}"
        self.url = f"http://{address}"
        self.log = folder / "server.log"
        self.data = folder / "data"
        command = [*prefix, os.path.abspath(binary), "server", "--listen", address, "--data-dir", str(self.data)]
        command += options
        if mail_port:
            command += ["--smtp-host", "127.0.0.1", "--smtp-port", str(mail_port), "--smtp-encryption", "none"]
            command += ["--smtp-from", "Tacit <tacit@example.com>", "--site-url", self.url]
        if database_url:
            command += ["--database-url", database_url]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**plain_environment(), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.answers():
            if self.process.poll() is not None:
                raise ServerError(self.with_log(f"the server ended with status {self.process.returncode}"))
            if time.monotonic() > deadline:
                raise ServerError(self.with_log(f"the server did not answer within {START_SECONDS_MAX} s"))
            time.sleep(POLL_SECONDS)

    def answers(self):
        try:
            with urllib.request.urlopen(self.url + "/api/status", timeout=2) as response:
                return response.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self):
        if self.process.poll() is not None:
            raise ServerError(self.with_log(f"the server died with status {self.process.returncode}"))
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(self.with_log(f"the server did not stop within {STOP_SECONDS_MAX} s")) from None
        if status != 0:
            raise ServerError(self.with_log(f"asked to stop, the server ended with status {status}"))
        self.check_log()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def check_log(self):
        """A panic caught per request leaves the server running, but is a fault all the same."""
        if "panicked" in self.log_text():
            raise ServerError(self.with_log("the server panicked"))
        if any(text in self.log_text() for text in self.confidential):
            raise ServerError("the server logged a password, a token or a client secret")

    def log_text(self):
        return self.log.read_text(errors="replace")

    def with_log(self, message):
        lines = self.log_text().splitlines()[-LOG_LINES_SHOWN:]
        return "\n".join([message, "its log ends:", *(f"    {line}" for line in lines)])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def plain_environment():
    """The environment without settings of the person who runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TACIT_")}
