"""A TCP proxy on loopback between a server and its database, which can cut, hold and delay what passes."""

import contextlib
import socket
import threading
import time
import urllib.parse

from harness.server import free_port

BYTES_MAX = 64 * 1024


class Proxy:
    """Passes connections on. `delay` is how many seconds each piece waits; `cut` ends all and lets none in; `hold`
    keeps connections open and passes nothing, as a network does that loses every packet."""

    def __init__(self, target):
        self.target = target
        self.delay = 0.0
        self.is_held = threading.Event()
        self.is_over = False
        self.pairs = set()
        self.lock = threading.Lock()
        self.port = free_port()
        self.listener = None
        self.listen()

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                upstream = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.add((client, upstream))
            for source, sink in ((client, upstream), (upstream, client)):
                threading.Thread(target=self.pass_on, args=(source, sink), daemon=True).start()

    def pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(BYTES_MAX):
                if self.delay:
                    time.sleep(self.delay)
                while self.is_held.is_set() and not self.is_over:
                    time.sleep(0.01)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Ends every connection and refuses new ones."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for pair in self.pairs:
                for end in pair:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
                    end.close()
            self.pairs.clear()

    def mend(self):
        """Lets connections in again."""
        self.is_held.clear()
        self.delay = 0.0
        self.listen()

    def close(self):
        self.is_over = True
        self.cut()


@contextlib.contextmanager
def proxied(url):
    """Yields a proxy before the PostgreSQL at `url`, and the URL that leads through it."""
    parts = urllib.parse.urlsplit(url)
    proxy = Proxy((parts.hostname, parts.port))
    login = parts.netloc.rpartition("@")[0]
    try:
        yield proxy, parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}").geturl()
    finally:
        proxy.close()
