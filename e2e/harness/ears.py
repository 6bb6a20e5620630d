"""A receiver of webhooks and audit streams, and a mail server, which know what they have heard."""

import http.server
import json
import random
import socketserver
import threading
import time

# The longest an answer takes, in seconds: so that a server is often killed while it waits for one.
ANSWER_SECONDS_MAX = 0.2
# Of so many things that come one is refused.
REFUSED_ONE_OF = 6


class Ears:
    """What was heard. Times are those of `time.monotonic`, at which something came that was taken."""

    def __init__(self):
        self.told = {}  # the projects of notices, and when the last one came
        self.events = {}  # the numbers of events, and their ids
        self.faults = []
        self.mails = set()  # the addresses
        self.refuses = True
        self.lock = threading.Lock()
        self.moments = random.Random()
        self.web = serve(http.server.ThreadingHTTPServer, web_handler(self))
        self.post = serve(socketserver.ThreadingTCPServer, mail_handler(self))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.web.server_address[1]}"

    @property
    def mail_port(self):
        return self.post.server_address[1]

    def close(self):
        for server in (self.web, self.post):
            server.shutdown()
            server.server_close()

    def takes(self):
        """Waits a while, and says whether what came is taken."""
        time.sleep(self.moments.uniform(0, ANSWER_SECONDS_MAX))
        return not self.refuses or self.moments.randrange(REFUSED_ONE_OF) > 0

    def hear(self, path, body, came_at):
        with self.lock:
            if path == "/stream":
                for event in map(json.loads, body.splitlines()):
                    if self.events.setdefault(event["sequence"], event["id"]) != event["id"]:
                        self.faults.append(f"two events have the number {event['sequence']}")
            else:
                project = json.loads(body)["project"]["workspaceId"]
                self.told[project] = max(self.told.get(project, 0), came_at)


def serve(kind, handler):
    kind.allow_reuse_address = True
    kind.daemon_threads = True
    server = kind(("127.0.0.1", 0), handler)
    # Who is killed hangs up in the middle of a sentence.
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def web_handler(ears):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            came_at = time.monotonic()
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            takes = ears.takes()
            if takes:
                ears.hear(self.path, body, came_at)
            self.send_response(200 if takes else 503)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def mail_handler(ears):
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            try:
                self.converse()
            except OSError:
                return

        def converse(self):
            self.say("220 ears")
            recipient = None
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("RCPT"):
                    recipient = line.split("<", 1)[1].split(">", 1)[0]
                if line.upper() == "QUIT":
                    return self.say("221 bye")
                if line.upper() != "DATA":
                    self.say("250 ears")
                    continue
                self.say("354 go on")
                while self.rfile.readline().strip() != b".":
                    pass
                takes = ears.takes()
                if takes:
                    with ears.lock:
                        ears.mails.add(recipient)
                self.say("250 taken" if takes else "451 later")
            return None

        def say(self, text):
            self.wfile.write(f"{text}\r\n".encode())

    return Handler
