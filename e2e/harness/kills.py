"""Clients that write everything there is, while the server is killed at random moments."""

import random
import threading
import time

from harness.fixture import Api, bootstrap, prepare_identity
from harness.things import KINDS, Scene, Unanswered

ENCRYPTION = "/api/ui/v1/admin/encryption"
CLIENTS = 4
# The longest a server lives after its start, in seconds.
LIFE_SECONDS_MAX = 0.5
PAGE_LENGTH = 1000
# So often the data keys of everything are replaced meanwhile: every so many kills.
KILLS_PER_ROTATION = 5
ROTATION_SECONDS_MAX = 60


class Client:
    """Writes to one thing of each kind, in a random order."""

    def __init__(self, name, scene, seed):
        self.scene = scene
        self.random = random.Random(seed)
        self.things = [kind(scene, f"{kind.__name__}{name}".lower()) for kind in KINDS]
        self.writes = 0
        self.error = None

    def work(self):
        try:
            while True:
                self.random.choice(self.things).act()
                self.writes += 1
        except Unanswered:
            return
        except Exception as error:  # noqa: BLE001, whatever it is, the run has failed
            self.error = error

    def check(self):
        for thing in self.things:
            thing.check()


def clients(node, seed):
    """Clients with a project and machines of their own."""
    api, organization = bootstrap(node.server)
    made = []
    for number in range(CLIENTS):
        name = "ABCDEFGH"[number]
        project = api.post("/api/v1/projects", {"projectName": f"Kills {name}"})["project"]["id"]
        machine = prepare_identity(api, organization, project, f"machine {name}", "member")
        member = prepare_identity(api, organization, project, f"member {name}", "viewer")["id"]
        api.ok("DELETE", f"/api/v1/projects/{project}/identity-memberships/{member}")
        scene = Scene(node, api.token, organization, project, machine, member)
        made.append(Client(name, scene, f"{seed} {name}"))
    return api, made


def rounds(node, count, seed):
    """Lets the clients work and kills the server, so many times. Returns how many writes were acknowledged."""
    api, working = clients(node, seed)
    moments = random.Random(seed)
    for number in range(count):
        if number % KILLS_PER_ROTATION == 0:
            Api(node.url, api.token).post(f"{ENCRYPTION}/rotate-data-keys", {})
        threads = [threading.Thread(target=client.work) for client in working]
        for thread in threads:
            thread.start()
        time.sleep(moments.uniform(0, LIFE_SECONDS_MAX))
        node.kill()
        for thread in threads:
            thread.join()
        node.start()
        for client in working:
            if client.error:
                raise client.error
            client.check()
        if number % 10 == 9:
            print(f"    {number + 1} kills, {sum(client.writes for client in working)} acknowledged writes", flush=True)
    end_rotations(api, node)
    for client in working:
        client.check()
    check_numbers(api, node)
    return sum(client.writes for client in working)


def end_rotations(api, node):
    """Every data key is replaced to the end, and no old one is left."""
    began = time.monotonic()
    while True:
        shown = Api(node.url, api.token).ok("GET", ENCRYPTION)
        keys = shown["projects"] + shown["organizations"]
        rotations = [key["rotation"] for key in keys if key["rotation"]]
        states = {rotation["state"] for rotation in rotations}
        assert "blocked" not in states, f"rows do not decrypt: {rotations}"
        if rotations and states == {"finished"}:
            assert max(key["keyNumber"] for key in shown["organizations"]) > 1, "no key was replaced"
            return
        assert time.monotonic() - began < ROTATION_SECONDS_MAX, f"data keys are still being replaced: {states}"
        time.sleep(0.1)


def check_numbers(api, node):
    """No event of the audit log is there twice."""
    path = f"/api/v1/organization/audit-logs?limit={PAGE_LENGTH}&startDate=2020-01-01T00:00:00Z"
    api = Api(node.url, api.token)
    page, ids = api.ok("GET", path)["auditLogs"], []
    while page:
        ids += [event["id"] for event in page]
        page = api.ok("GET", f"{path}&before={page[-1]['id']}")["auditLogs"]
    assert len(ids) == len(set(ids)), "an event is twice in the audit log"
