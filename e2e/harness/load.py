"""Clients that read and write through several nodes in turn, and know afterwards what they were promised."""

import contextlib
import http.client
import itertools
import json
import threading
import time
import urllib.parse

READERS, WRITERS = 4, 2
TIMEOUT_SECONDS = 20
# How long a client waits before it asks another node, as those do that retry.
RETRY_SECONDS = 0.01
HEALTH_SECONDS = 0.1
AGENT = "nodes/"


class Load:
    """What one run of clients shares. Every request has a number of its own, which the audit log knows as user agent."""

    def __init__(self, nodes, project, reader, writer, may_break=False, has_balancer=False):
        """With `may_break` a connection may break after its request was executed, because a node is killed.
        With `has_balancer` the clients do not ask nodes that say they are about to stop."""
        self.hosts = [urllib.parse.urlsplit(node.url).netloc for node in nodes]
        self.health = Health(self.hosts) if has_balancer else None
        self.project = project
        self.tokens = {"GET": reader, "POST": writer}
        self.may_break = may_break
        self.numbers = itertools.count()
        self.is_over = threading.Event()
        self.read = []  # the numbers of answered reads
        self.unanswered = []  # and of those that no answer came to
        self.written = {}  # names and values of acknowledged writes
        self.retries = 0
        self.errors = []

    @contextlib.contextmanager
    def running(self):
        """Runs the clients while the block does, then waits for their last answers."""
        threads = [threading.Thread(target=self.guard, args=(Client(self, n).read,)) for n in range(READERS)]
        threads += [threading.Thread(target=self.guard, args=(Client(self, n).write,)) for n in range(WRITERS)]
        if self.health:
            threads.append(threading.Thread(target=self.guard, args=(self.health.look,)))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join()

    def guard(self, work):
        while not self.is_over.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001, whatever it is, the run has failed
                self.errors.append(f"{type(error).__name__}: {error}")
                return


class Health:
    """What a load balancer knows of the nodes, because it asks them again and again."""

    def __init__(self, hosts):
        self.up = list(hosts)
        self.falls = {host: 0 for host in hosts}

    def look(self):
        time.sleep(HEALTH_SECONDS)
        for host in self.falls:
            is_up = self.is_up(host)
            if host in self.up and not is_up:
                self.falls[host] += 1
            self.up = [other for other in self.falls if (is_up if other == host else other in self.up)]

    def is_up(self, host):
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/api/status")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Client:
    """One client with a kept connection to each node, and one retry on another node."""

    def __init__(self, load, number):
        self.load = load
        self.name = f"W{number}"
        self.turns = itertools.count(number)
        self.connections = {}
        self.count = 0

    def read(self):
        query = f"workspaceId={self.load.project}&environment=dev"
        number, status, text, _ = self.request("GET", f"/api/v3/secrets/raw/FOO?{query}")
        if status == 200 and '"BAR"' in text:
            self.load.read.append(number)
        else:
            self.load.errors.append(f"a read was answered {status}: {text}")

    def write(self):
        self.count += 1
        name, value = f"{self.name}_{id(self)}_{self.count}", f"value {self.count}"
        body = {"workspaceId": self.load.project, "environment": "dev", "secretValue": value}
        _, status, text, has_broken = self.request("POST", f"/api/v3/secrets/raw/{name}", json.dumps(body))
        was_done_before = self.load.may_break and has_broken and status == 400 and "exists" in text
        if status == 200 or was_done_before:
            self.load.written[name] = value
        else:
            self.load.errors.append(f"a write was answered {status}: {text}")

    def request(self, method, path, body=None):
        """Returns the number, status and text of the answer, and whether the first try broke without one."""
        turn = next(self.turns)
        number = next(self.load.numbers)
        try:
            status, text = self.attempt(turn, number, method, path, body)
            if status != 503:
                return number, status, text, False
        except (OSError, http.client.HTTPException):
            if method == "GET":
                self.load.unanswered.append(number)
            status = None
        self.load.retries += 1
        time.sleep(RETRY_SECONDS)
        number = next(self.load.numbers)
        return number, *self.attempt(turn + 1, number, method, path, body), status is None

    def attempt(self, turn, number, method, path, body):
        health = self.load.health
        hosts = health.up if health else self.load.hosts
        host = hosts[turn % len(hosts)]
        # Connections to a node that fell are not used once it is back.
        key = (host, health.falls[host] if health else 0)
        headers = {"authorization": f"Bearer {self.load.tokens[method]}", "user-agent": f"{AGENT}{number}"}
        if body:
            headers["content-type"] = "application/json"
        connection = self.connections.pop(key, None)
        connection = connection or http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read().decode()
        except BaseException:
            connection.close()
            raise
        self.connections[key] = connection
        return status, text
