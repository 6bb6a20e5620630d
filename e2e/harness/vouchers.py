"""Stand-ins for those who vouch for machines: an OIDC provider, the STS of AWS, a directory.

They check what they are asked as the real ones do, so that a library which signed wrongly is not let in.
"""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from harness.server import free_port

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/web/i-0abc"
REGION = "eu-central-1"
AWS_KEY = {"id": "AKIDEXAMPLE", "secret": "the secret of a key at AWS", "session": "the token of a session"}
SUBJECT = "repo:acme/shop:ref:refs/heads/main"
AUDIENCE = "https://tacit.test"
DIRECTORY = {"bind": "cn=tacit,dc=acme,dc=test", "bindPassword": "searcher", "user": "ada", "password": "engine & +%"}
START_SECONDS_MAX = 20
SLAPD = pathlib.Path("/usr/sbin/slapd")
# Not of an authority: servers may not show one of those.
CERTIFICATE_SETTINGS = """\
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = 127.0.0.1
[extensions]
subjectAltName = IP:127.0.0.1
basicConstraints = critical, CA:FALSE
"""
ENTRIES = """\
dn: dc=acme,dc=test
objectClass: domain
dc: acme

dn: cn=tacit,dc=acme,dc=test
objectClass: person
cn: tacit
sn: tacit
userPassword: {bindPassword}

dn: uid={user},dc=acme,dc=test
objectClass: inetOrgPerson
uid: {user}
cn: Ada
sn: Lovelace
employeeType: robot
userPassword: {password}
"""
SLAPD_SETTINGS = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix dc=acme,dc=test
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact={bind} read by * none
"""


@contextlib.contextmanager
def running_vouchers():
    """Yields `Vouchers` that answer until the block is left."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tacit-e2e-vouchers."))
    vouchers = Vouchers(folder)
    try:
        yield vouchers
    finally:
        vouchers.stop()
        shutil.rmtree(folder)


class Vouchers:
    """A provider and an STS at `url`, a directory at `directory_url` (None without slapd), and their certificate."""

    def __init__(self, folder):
        self.folder = folder
        self.key = folder / "key.pem"
        self.certificate = folder / "certificate.pem"
        settings = folder / "certificate.conf"
        settings.write_text(CERTIFICATE_SETTINGS)
        new_key = ("-newkey", "rsa:2048", "-nodes", "-keyout", self.key)
        openssl("req", "-x509", "-config", settings, "-days", "2", *new_key, "-out", self.certificate)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}"
        self.server.vouchers = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.directory = self.directory_url = None
        if SLAPD.exists():
            self.start_directory()

    def server_options(self):
        """How a server is started that may ask them."""
        return ["--allow-egress", "127.0.0.1/32", "--aws-sts-endpoint", self.url]

    def server_environment(self):
        """What the server is told of its machine: whom that trusts."""
        return {"SSL_CERT_FILE": str(self.certificate)}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        if self.directory:
            self.directory.kill()
            self.directory.wait()

    def methods(self):
        """The settings of each auth method, by its name."""
        certificate = self.certificate.read_text()
        methods = {
            "aws-auth": {"stsEndpoint": self.url, "allowedPrincipalArns": ROLE, "allowedAccountIds": ACCOUNT},
            "oidc-auth": {
                "oidcDiscoveryUrl": self.url,
                "caCert": certificate,
                "boundIssuer": self.url,
                "boundAudiences": AUDIENCE,
                "boundSubject": "repo:acme/*:ref:refs/heads/main",
            },
            "token-auth": {},
        }
        if self.directory_url:
            methods["ldap-auth"] = {
                "url": self.directory_url,
                "ldapCaCertificate": certificate,
                "bindDN": DIRECTORY["bind"],
                "bindPass": DIRECTORY["bindPassword"],
                "searchBase": "dc=acme,dc=test",
                "searchFilter": "(uid={{username}})",
                "allowedFields": [{"key": "employeeType", "value": "robot"}],
            }
        return methods

    def token(self, **claims):
        """A token of the provider, with other claims than usual if some are given."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "exp": now + 300, **claims}
        head = {"alg": "RS256", "typ": "JWT", "kid": "e2e"}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
        return f"{text}.{base64url(openssl('dgst', '-sha256', '-sign', self.key, given=text.encode()))}"

    def key_set(self):
        modulus = openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "e2e", "e": "AQAB"}
        return {"keys": [{**key, "n": base64url(bytes.fromhex(modulus))}]}

    def start_directory(self):
        # Under its own path, systems with AppArmor let it write to its own folders alone.
        program = shutil.copy(SLAPD, self.folder / "slapd")
        (self.folder / "data").mkdir()
        settings, entries = self.folder / "slapd.conf", self.folder / "entries.ldif"
        settings.write_text(SLAPD_SETTINGS.format(folder=self.folder, **DIRECTORY))
        entries.write_text(ENTRIES.format(**DIRECTORY))
        subprocess.run([program, "-Tadd", "-f", settings, "-l", entries], check=True, capture_output=True)
        port = free_port()
        self.directory_url = f"ldaps://127.0.0.1:{port}"
        command = [program, "-d", "0", "-f", settings, "-h", self.directory_url]
        self.directory = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(port)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers for the provider and for STS."""

    def do_GET(self):
        vouchers = self.server.vouchers
        answers = {
            "/.well-known/openid-configuration": {"issuer": vouchers.url, "jwks_uri": f"{vouchers.url}/keys"},
            "/keys": vouchers.key_set(),
        }
        answer = answers.get(self.path)
        self.answer(200 if answer else 404, "application/json", json.dumps(answer or {}))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path != "/" or not is_signed(self.headers, body):
            self.answer(403, "text/xml", "<ErrorResponse/>")
            return
        self.answer(
            200,
            "text/xml",
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
            f"<Arn>{SESSION}</Arn><UserId>AROA:i-0abc</UserId><Account>{ACCOUNT}</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>",
        )

    def answer(self, status, kind, text):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Says nothing."""


def is_signed(headers, body):
    """Whether a request is signed by the key (AWS Signature Version 4)."""
    algorithm, _, rest = headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    identity, _, scope = parts.get("Credential", "").partition("/")
    if algorithm != "AWS4-HMAC-SHA256" or identity != AWS_KEY["id"]:
        return False
    names = parts["SignedHeaders"]
    lines = [f"{name}:{' '.join((headers.get(name) or '').split())}\n" for name in names.split(";")]
    request = "\n".join(["POST", "/", "", "".join(lines), names, hashlib.sha256(body).hexdigest()])
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join([algorithm, headers["x-amz-date"], scope, hashed])
    key = ("AWS4" + AWS_KEY["secret"]).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), parts["Signature"])


def aws_environment():
    """What a machine of AWS has in its environment."""
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": AWS_KEY["id"],
        "AWS_SECRET_ACCESS_KEY": AWS_KEY["secret"],
        "AWS_SESSION_TOKEN": AWS_KEY["session"],
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def openssl(*arguments, given=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=True)
    return done.stdout


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def wait_for_port(port):
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError("the directory did not start")
