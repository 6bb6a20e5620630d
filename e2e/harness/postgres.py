"""Two PostgreSQL servers of which one follows the other synchronously, and takes its place."""

import contextlib
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

from harness.server import ServerError, free_port

PATIENCE_SECONDS = 60
OWNER = "tacit"


class Pair:
    """The servers, by the folders of their data. `url` names both; the driver takes the one that can be written to."""

    def __init__(self, folder, programs):
        self.folder = folder
        self.programs = programs
        self.password = secrets.token_hex(16)
        self.ports = {"primary": free_port(), "standby": free_port()}
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports.values())
        self.url = f"postgres://{OWNER}:{self.password}@{hosts}/{OWNER}?target_session_attrs=read-write"

    def start(self):
        password = self.folder / "password"
        password.write_text(self.password)
        if os.geteuid() == 0:
            shutil.chown(self.folder, user())
            shutil.chown(password, user())
        self.run("initdb", "--pgdata=primary", f"--username={OWNER}", f"--pwfile={password}", "--auth=scram-sha-256")
        self.configure("primary", "synchronous_commit = on", "synchronous_standby_names = '*'")
        self.launch("primary", wait=True)
        # Until there is a standby, nothing would be acknowledged.
        self.run("createdb", *self.login("primary"), OWNER, PGOPTIONS="-c synchronous_commit=local")
        self.run("pg_basebackup", *self.login("primary"), "--pgdata=standby", "--write-recovery-conf", "--checkpoint=fast")
        # Nobody follows it in turn, once it is the primary.
        self.configure("standby", "synchronous_standby_names = ''")
        self.launch("standby", wait=True)
        self.wait_until_synchronous()

    def configure(self, name, *more):
        common = ["listen_addresses = '127.0.0.1'", f"port = {self.ports[name]}"]
        common += [f"unix_socket_directories = '{self.folder}'", "fsync = on", "hot_standby = on"]
        with (self.folder / name / "postgresql.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in [*common, *more])

    def launch(self, name, wait):
        self.run("pg_ctl", f"--pgdata={name}", f"--log={name}.log", "--wait" if wait else "--no-wait", "start")

    def wait_until_synchronous(self):
        end = time.monotonic() + PATIENCE_SECONDS
        while "sync" not in self.ask("primary", "SELECT sync_state FROM pg_stat_replication"):
            if time.monotonic() > end:
                raise ServerError("the standby of PostgreSQL does not follow")
            time.sleep(0.05)

    def ask(self, name, sql):
        return self.run("psql", *self.login(name), "--tuples-only", f"--command={sql}", OWNER).stdout

    def login(self, name):
        return [f"--host={self.folder}", f"--port={self.ports[name]}", f"--username={OWNER}", "--no-password"]

    def fail_over(self):
        """The primary is killed as by a power cut, and the standby promoted."""
        pid = int((self.folder / "primary" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        self.run("pg_ctl", "--pgdata=standby", "--wait", "promote")

    def stop(self):
        for name in self.ports:
            with contextlib.suppress(ServerError):
                self.run("pg_ctl", f"--pgdata={name}", "--mode=immediate", "stop")

    def run(self, program, *arguments, **environment):
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={user()}", f"--regid={user()}", "--clear-groups", *command]
        environment = {**os.environ, "PGPASSWORD": self.password, **environment}
        # The server goes on after pg_ctl and would hold a pipe open.
        pipe = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        done = subprocess.run(command, cwd=self.folder, env=environment, stdout=pipe, stderr=pipe, text=True, check=False)
        if done.returncode:
            raise ServerError(f"{program} {arguments[-1]} failed: {done.stderr or 'see its log'}")
        return done


def user():
    """PostgreSQL refuses to run as root."""
    return "postgres"


def find_programs():
    found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if not found:
        raise ServerError("PostgreSQL is missing: run 'sudo apt-get install postgresql'")
    return max(found, key=lambda path: int(path.parent.name))


@contextlib.contextmanager
def running_pair():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tacit-pair."))
    pair = Pair(folder, find_programs())
    try:
        pair.start()
        yield pair
    finally:
        pair.stop()
        shutil.rmtree(folder, ignore_errors=True)
