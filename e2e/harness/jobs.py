"""What a server does in the background, while it is killed: sending webhooks, audit streams and mails, replacing data
keys, making backups, letting old audit events go. In the end each of them must have done what was acknowledged."""

import contextlib
import copy
import pathlib
import random
import sqlite3
import subprocess
import threading
import time

from harness.ears import Ears
from harness.fixture import sign_in
from harness.kills import clients
from harness.postgres import find_programs
from harness.things import Broken, Scene, Unanswered

# The longest a server lives after its start, in seconds. Jobs begin within one.
LIFE_SECONDS_MAX = 2.5
# Old events are let go so many seconds after the start, and in one of so many lives the server comes to that.
RETENTION_SECONDS = (5.0, 5.4)
LONG_LIFE_ONE_OF = 4
# What passes while the server is down, in seconds: above every lease and every pause between two attempts.
PAUSE_SECONDS = 2 * 3600
# For audit events, which are kept in days.
PAUSE_OF_EVENTS_SECONDS = 2 * 24 * 3600
# Projects whose data keys are replaced, and their secrets: more than two batches.
PROJECTS = 2
SECRETS = 110
# Mails of one life of the server, at most: however fast it is, they can be sent in the end.
MAILS_MAX = 12
# How long the jobs may take in the end, in seconds.
FINISH_SECONDS_MAX = 90
# The moments that things wait for, by table.
MOMENTS = {
    "webhook_deliveries": ("next_attempt_at", "lease_expires_at"),
    "audit_streams": ("next_attempt_at", "lease_expires_at"),
    "mails": ("next_attempt_at", "lease_expires_at"),
    "backup_leases": ("expires_at",),
    "backup_runs": ("started_at",),
    "data_key_rotations": ("started_at",),
}
# Whether a kill came into the middle of a job, by its name.
MIDDLES = {
    "webhooks": "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'pending' AND lease_expires_at > 0",
    "streams": "SELECT COUNT(*) FROM audit_streams WHERE lease_expires_at > 0",
    "mails": "SELECT COUNT(*) FROM mails WHERE lease_expires_at > 0",
    "rotations": "SELECT COUNT(*) FROM data_key_rotations WHERE state <> 'finished'",
    "backups": "SELECT COUNT(*) FROM backup_runs WHERE finished_at IS NULL",
    "seals": "SELECT CASE WHEN COUNT(*) > 0 THEN 1 ELSE 0 END FROM audit_pending",
}
# What the audit stream has sent: it passes over what was let go before.
DELIVERED = "last_sequence <= (SELECT MIN(delivered_sequence) FROM audit_streams)"
PRUNED = "SELECT COALESCE(SUM(pruned_count), 0) FROM audit_prunings"


def options(ears, folder):
    """Those of a server whose jobs all have something to do."""
    mail = ["--smtp-host", "127.0.0.1", "--smtp-port", str(ears.mail_port), "--smtp-encryption", "none"]
    mail += ["--smtp-from", "Tacit <tacit@example.com>", "--site-url", "http://127.0.0.1:8080"]
    backups = ["--backup-dir", str(folder / "backups"), "--backup-every", "1m", "--backup-keep", "2"]
    return [*mail, *backups, "--allow-egress", "127.0.0.1/32"]


class Jobs:
    """Gives the jobs of one server something to do, and knows what they were given."""

    def __init__(self, node, ears, api, organization):
        self.node = node
        self.ears = ears
        self.organization = organization
        self.scenes = [new_scene(node, api, organization, f"Jobs {number}") for number in range(PROJECTS)]
        self.person = copy.copy(self.scenes[0])
        self.person.token = sign_in(node.server, self.organization).token
        self.written = {}  # the projects, and when the last acknowledged write to one was begun
        self.invited = []
        self.mails = 0  # those of this life
        self.numbers = {scene.project: 1 for scene in self.scenes}  # those of the data keys, at least
        self.error = None
        for scene in self.scenes:
            hook = {"workspaceId": scene.project, "environment": "dev", "secretPath": "/", "webhookUrl": f"{ears.url}/hook"}
            scene.call("POST", "/api/v1/webhooks", hook)
            kept = {"auditLogsRetentionDays": 1}
            scene.call("PUT", f"/api/v1/projects/{scene.project}/audit-logs-retention", kept)
        stream = self.person.call("POST", "/api/v1/audit-log-streams", {"url": f"{ears.url}/stream"})["auditLogStream"]
        self.stream = stream["id"]
        self.first_event = stream["deliveredSequence"] + 1
        self.last_event = None

    def work(self, seed):
        moments = random.Random(seed)
        self.mails = 0
        try:
            while True:
                self.act(moments)
        except Unanswered:
            return
        except Exception as error:  # noqa: BLE001, whatever it is, the run has failed
            self.error = error

    def act(self, moments):
        """A write that the webhook must hear of; now and then another data key, or a mail."""
        scene = moments.choice(self.scenes)
        began = time.monotonic()
        self.put(scene, f"value of {began}")
        self.written[scene.project] = began
        if moments.randrange(4) == 0:
            status, text = scene.try_call("POST", f"/api/ui/v1/projects/{scene.project}/data-key/rotate", {})
            if status not in (200, 400):
                raise Broken(f"a rotation was answered {status}: {text}")
            # It may also have begun in a call that was not answered.
            self.numbers[scene.project] += status == 200
        if moments.randrange(4) == 0 and self.mails < MAILS_MAX:
            self.mails += 1
            address = f"guest-{len(self.invited)}-{time.monotonic_ns()}@example.com"
            offer = {"inviteeEmails": [address], "organizationId": self.organization, "organizationRoleSlug": "member"}
            self.person.call("POST", "/api/v1/invite-org/signup", offer)
            self.invited.append(address)

    def put(self, scene, value):
        body = {"workspaceId": scene.project, "environment": "dev", "secretValue": value}
        path = "/api/v3/secrets/raw/HEARD"
        status, text = scene.try_call("PATCH", path, body)
        if status == 404:
            status, text = scene.try_call("POST", path, body)
        # While a key is being replaced a write may be asked to try again.
        if status not in (200, 409):
            raise Broken(f"a write was answered {status}: {text}")
        if status == 409:
            self.put(scene, value)

    def missing(self):
        """What the jobs have not done yet, for people."""
        if self.ears.faults:
            raise Broken(self.ears.faults[0])
        unheard = [project for project, at in self.written.items() if self.ears.told.get(project, 0) < at]
        if unheard:
            return f"webhooks of {unheard} have not heard of the last change"
        if unsent := set(self.invited) - self.ears.mails:
            return f"{len(unsent)} mails were not sent"
        numbers = sorted(self.ears.events)
        if numbers != list(range(self.first_event, self.first_event + len(numbers))):
            raise Broken("events are missing in the audit stream")
        if not self.last_event:
            # That of now, when the clients have stopped.
            stream = self.person.call("GET", f"/api/v1/audit-log-streams/{self.stream}")["auditLogStream"]
            self.last_event = stream["deliveredSequence"] + stream["eventsWaiting"]
        if not numbers or numbers[-1] < self.last_event:
            return "the audit stream has not come to the end"
        return self.missing_keys() or self.missing_backup()

    def missing_keys(self):
        for scene in self.scenes:
            listed = scene.call("GET", f"/api/v3/secrets/raw?workspaceId={scene.project}&environment=dev")["secrets"]
            stored = {secret["secretKey"]: secret["secretValue"] for secret in listed if secret["secretKey"] != "HEARD"}
            if stored != {f"KEPT_{number}": f"value {number}" for number in range(SECRETS)}:
                raise Broken(f"secrets that nobody wrote to are {stored}")
            key = scene.call("GET", f"/api/ui/v1/projects/{scene.project}/data-key")
            if key["keyNumber"] < self.numbers[scene.project]:
                return f"the data key is {key['keyNumber']}, {self.numbers[scene.project]} was acknowledged"
            if key["rotation"] and key["rotation"]["state"] != "finished":
                return f"the replacing of a data key is {key['rotation']['state']}"
        return None

    def missing_backup(self):
        backups = self.person.call("GET", "/api/ui/v1/admin/backups")["backups"]
        last = backups[0] if backups else None
        if not last or not last["finishedAt"] or last["failure"] or not last["checkedAt"]:
            return f"the last backup is {last}"
        if last["checkFailure"]:
            raise Broken(f"a backup cannot be restored: {last['checkFailure']}")
        files = sorted(path.name for path in (self.node.arguments[1] / "backups").iterdir())
        if len(files) > 2 or last["fileName"] not in files:
            return f"the folder of backups has {files}"
        return None


def new_scene(node, api, organization, name):
    """A project with secrets that nobody writes to."""
    project = api.post("/api/v1/projects", {"projectName": name})["project"]["id"]
    secrets = [{"secretKey": f"KEPT_{number}", "secretValue": f"value {number}"} for number in range(SECRETS)]
    place = {"projectId": project, "workspaceId": project, "environment": "dev", "secretPath": "/"}
    for first in range(0, SECRETS, 50):
        api.post("/api/v4/secrets/batch", {**place, "secrets": secrets[first : first + 50]})
    return Scene(node, api.token, organization, project, None, None)


def rounds(node, ears, count, seed):
    """Kills the server while its jobs work, so many times. Returns what was done, for people."""
    api, working = clients(node, seed)
    jobs = Jobs(node, ears, api, working[0].scene.organization)
    moments = random.Random(seed)
    middles = dict.fromkeys(MIDDLES, 0)
    for number in range(count):
        is_long = number % LONG_LIFE_ONE_OF == LONG_LIFE_ONE_OF - 1
        threads = [threading.Thread(target=client.work) for client in working]
        threads.append(threading.Thread(target=jobs.work, args=(f"{seed} {number}",)))
        for thread in threads:
            thread.start()
        time.sleep(moments.uniform(*RETENTION_SECONDS) if is_long else moments.uniform(0, LIFE_SECONDS_MAX))
        node.kill()
        for thread in threads:
            thread.join()
        for name, count_of in MIDDLES.items():
            middles[name] += ask(node, count_of) > 0
        pass_time(node)
        node.start()
        for worker in [*working, jobs]:
            if worker.error:
                raise worker.error
        for client in working:
            client.check()
        if number % 10 == 9:
            print(f"    {number + 1} kills, in the middle of {middles}", flush=True)
    finish(node, jobs)
    pruned = ask(node, PRUNED)
    writes = sum(client.writes for client in working)
    return f"{writes} acknowledged writes, {len(jobs.invited)} mails, {pruned} old events let go, kills in the middle of {middles}"


def finish(node, jobs):
    """Waits until the jobs are done, with a receiver that takes everything, and has the audit log proven."""
    jobs.ears.refuses = False
    node.kill()
    # What was refused may wait for an hour by now.
    pass_time(node)
    node.start()
    deadline = time.monotonic() + FINISH_SECONDS_MAX
    while missing := jobs.missing():
        if time.monotonic() > deadline:
            raise Broken(missing)
        time.sleep(0.2)
    binary, folder, url = node.arguments
    database = ["--database-url", url] if url else []
    command = [str(pathlib.Path(binary).resolve()), "audit", "verify", "--data-dir", str(folder / "data"), *database]
    proven = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if proven.returncode:
        raise Broken(f"the audit log is not proven: {proven.stdout}")


def pass_time(node):
    """Lets time pass for what waits in the database of a server that is down."""
    for table, columns in MOMENTS.items():
        for column in columns:
            change(node, f"UPDATE {table} SET {column} = {column} - {PAUSE_SECONDS * 1000} WHERE {column} > 0")
    for column in ("first_at", "last_at"):
        past = f"{column} - {PAUSE_OF_EVENTS_SECONDS * 1000}"
        change(node, f"UPDATE audit_blocks SET {column} = {past} WHERE {DELIVERED}")


def ask(node, sql):
    """The number that a statement has."""
    if node.arguments[2]:
        return int(psql(node, sql))
    with contextlib.closing(sqlite3.connect(node.arguments[1] / "data" / "tacit.db")) as db:
        return db.execute(sql).fetchone()[0]


def change(node, sql):
    if node.arguments[2]:
        psql(node, sql)
        return
    with contextlib.closing(sqlite3.connect(node.arguments[1] / "data" / "tacit.db")) as db:
        db.execute(sql)
        db.commit()


def psql(node, sql):
    command = [str(find_programs() / "psql"), node.arguments[2], "--tuples-only", "--no-align", f"--command={sql}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Broken(f"psql: {done.stderr}")
    return done.stdout.strip()


@contextlib.contextmanager
def listening():
    ears = Ears()
    try:
        yield ears
    finally:
        ears.close()
