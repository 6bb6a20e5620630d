"""Several servers on one PostgreSQL database, each of which can be stopped, killed and started again."""

import contextlib
import os
import pathlib
import shutil
import tempfile
import time

from harness.server import Server, free_port

NODES = "ABC"


class Node:
    """One of the servers. It keeps its port and its data folder, which holds its journal."""

    def __init__(self, name, binary, folder, database_url, options, confidential):
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.confidential = confidential
        folder.mkdir()
        self.arguments = (binary, folder, database_url)
        self.options = options
        self.prefix = ()
        self.server = None

    def launch(self, *more):
        """Starts it, with more options, and does not wait."""
        self.server = Server(*self.arguments, [*self.options, *more], port=self.port, prefix=self.prefix)
        self.server.confidential = self.confidential

    def start(self, *more):
        """Starts it, with more options, and returns how many seconds it took to answer."""
        began = time.monotonic()
        self.launch(*more)
        self.server.wait_until_ready()
        return time.monotonic() - began

    def stop(self):
        """Asks it to stop, checks that it does, and returns how many seconds it took."""
        began = time.monotonic()
        self.server.stop()
        return time.monotonic() - began

    def kill(self):
        """Ends it as `kill -9` does."""
        self.server.kill()


@contextlib.contextmanager
def running_cluster(binary, database_url):
    """Starts three nodes at the same moment and yields them; leaving the block stops them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tacit-nodes."))
    try:
        options = ["--root-key-file", str(new_root_key(folder))]
        confidential = []
        nodes = [Node(name, binary, folder / name, database_url, options, confidential) for name in NODES]
        try:
            for node in nodes:
                node.launch()
            for node in nodes:
                node.server.wait_until_ready()
            yield nodes
        except BaseException:
            for node in nodes:
                if node.server:
                    node.server.kill()
            raise
        for node in nodes:
            node.server.stop()
    finally:
        shutil.rmtree(folder)


def new_root_key(folder):
    """All nodes have the same."""
    path = folder / "root.key"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(os.urandom(32).hex())
    return path
