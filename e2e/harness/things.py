"""Everything that can be written, each as one kind of thing that is made, changed and removed again and again by one
client, which knows at each moment what the server must know: the state after the last acknowledged write or, if one
was on its way, the one after that."""

import contextlib
import http.client
import json

from harness.fixture import ENVIRONMENT, Api

GONE = "gone"


class Unanswered(Exception):
    """The server went away before it answered."""


class Broken(Exception):
    """A promise was not kept. The text is for people."""


class Thing:
    """One thing of a project. `allowed` are the states that the server may be in now."""

    steps = ("create", "change", "remove")

    def __init__(self, scene, name):
        self.scene = scene
        self.name = name
        self.count = 0
        self.allowed = [GONE]

    def act(self):
        """One write, which follows from the state."""
        (before,) = self.allowed
        self.count += 1
        step = "create" if before == GONE else self.steps[1 + self.count % (len(self.steps) - 1)]
        after = {"create": f"{self.name}-{self.count}", "change": f"{self.name}-{self.count}", "remove": GONE}[step]
        self.allowed = [before, after]
        getattr(self, step)(after)
        self.allowed = [after]

    def check(self):
        """Compares with the server. From now on there is one state again."""
        found = self.probe()
        if found not in self.allowed:
            raise Broken(f"{type(self).__name__.lower()} {self.name} is {found}; the clients know {self.allowed}")
        self.allowed = [found]

    def call(self, method, path, body=None):
        """The decoded answer."""
        return self.scene.call(method, path, body)

    def one(self, path, envelope, **wanted):
        """The member of a list with these fields, or nothing."""
        found = self.call("GET", path)
        for name in envelope.split("."):
            found = found[name]
        return next((one for one in found if all(one.get(key) == value for key, value in wanted.items())), None)

    @property
    def place(self):
        return {"workspaceId": self.scene.project, "projectId": self.scene.project, "environment": ENVIRONMENT}

    @property
    def query(self):
        return f"workspaceId={self.scene.project}&projectId={self.scene.project}&environment={ENVIRONMENT}"


class Secret(Thing):
    """A secret by name; its value is its state."""

    @property
    def path(self):
        return f"/api/v3/secrets/raw/{self.name}"

    def create(self, state):
        self.call("POST", self.path, {**self.place, "secretValue": state})

    def change(self, state):
        self.call("PATCH", self.path, {**self.place, "secretValue": state})

    def remove(self, _):
        self.call("DELETE", self.path, self.place)

    def probe(self):
        found = self.one(f"/api/v3/secrets/raw?{self.query}", "secrets", secretKey=self.name)
        return found["secretValue"] if found else GONE


class Batch(Thing):
    """Three secrets that are always written together."""

    def secrets(self, state):
        return [{"secretKey": f"{self.name}_{at}", "secretValue": state} for at in range(3)]

    def create(self, state):
        self.call("POST", "/api/v4/secrets/batch", {**self.place, "secretPath": "/", "secrets": self.secrets(state)})

    def change(self, state):
        self.call("PATCH", "/api/v4/secrets/batch", {**self.place, "secretPath": "/", "secrets": self.secrets(state)})

    def remove(self, _):
        keys = [{"secretKey": secret["secretKey"]} for secret in self.secrets("")]
        self.call("DELETE", "/api/v4/secrets/batch", {**self.place, "secretPath": "/", "secrets": keys})

    def probe(self):
        found = self.call("GET", f"/api/v3/secrets/raw?{self.query}")["secrets"]
        values = [secret["secretValue"] for secret in found if secret["secretKey"].startswith(f"{self.name}_")]
        if len(values) not in (0, 3) or len(set(values)) > 1:
            raise Broken(f"half of a batch was written: {values}")
        return values[0] if values else GONE


class Named(Thing):
    """A thing whose name is its state, found in a list by how the name begins."""

    def found(self):
        members = self.call("GET", self.collection)
        for name in self.envelope.split("."):
            members = members[name]
        mine = [member for member in members if str(member.get(self.field)).startswith(f"{self.name}-")]
        if len(mine) > 1:
            raise Broken(f"{self.name} is there {len(mine)} times")
        return mine[0] if mine else None

    def create(self, state):
        self.call("POST", self.makes, self.body(state))

    def change(self, state):
        self.call("PATCH", self.item(), self.body(state))

    def remove(self, _):
        self.call("DELETE", self.item(), self.removal)

    def item(self):
        return f"{self.makes}/{self.found()['id']}"

    def probe(self):
        found = self.found()
        return found[self.field] if found else GONE

    removal = None
    field = "name"


class Folder(Named):
    makes, envelope = "/api/v1/folders", "folders"

    @property
    def collection(self):
        return f"/api/v1/folders?{self.query}"

    def body(self, state):
        return {**self.place, "name": state}

    @property
    def removal(self):
        return self.place


class Tag(Named):
    envelope, field = "workspaceTags", "slug"

    @property
    def makes(self):
        return f"/api/v1/workspace/{self.scene.project}/tags"

    collection = makes

    def body(self, state):
        return {"slug": state, "color": "#123456"}


class Environment(Named):
    envelope, field = "workspace.environments", "name"

    @property
    def makes(self):
        return f"/api/v1/workspace/{self.scene.project}/environments"

    @property
    def collection(self):
        return f"/api/v1/workspace/{self.scene.project}"

    def body(self, state):
        return {"name": state, "slug": state.lower()}


class Import(Thing):
    """The import of a path of another environment."""

    steps = ("create", "remove")

    def create(self, state):
        source = {"environment": "staging", "path": f"/{self.name}"}
        self.call("POST", "/api/v1/secret-imports", {**self.place, "path": "/", "import": source})
        self.state = state

    def remove(self, _):
        self.call("DELETE", f"/api/v1/secret-imports/{self.found()['id']}", {**self.place, "path": "/"})

    def found(self):
        path = f"/api/v1/secret-imports?{self.query}&path=/"
        return self.one(path, "secretImports", importPath=f"/{self.name}")

    def probe(self):
        # It has no name of its own: that it is there is all of its state.
        there = [state for state in self.allowed if state != GONE]
        return (there[-1] if there else "there") if self.found() else GONE


class Role(Named):
    envelope, field = "roles", "slug"

    @property
    def makes(self):
        return f"/api/v1/projects/{self.scene.project}/roles"

    collection = makes

    def body(self, state):
        return {"slug": state.lower(), "name": state, "permissions": [{"subject": "tags", "action": ["read"]}]}

    def act(self):
        super().act()

    def probe(self):
        found = self.found()
        return found["name"] if found else GONE

    def found(self):
        self_name = self.name
        members = self.call("GET", self.collection)["roles"]
        return next((one for one in members if one["name"].startswith(f"{self_name}-")), None)


class Identity(Named):
    makes = "/api/v1/identities"

    def found(self):
        return self.scene.identity_called(f"{self.name}-")

    def body(self, state):
        return {"name": state, "organizationId": self.scene.organization, "role": "no-access"}


class Membership(Thing):
    """That of the scene's second identity in the project; its role is its state."""

    ROLES = ("viewer", "member")

    @property
    def path(self):
        return f"/api/v1/projects/{self.scene.project}/identity-memberships/{self.scene.member}"

    def act(self):
        (before,) = self.allowed
        self.count += 1
        after = GONE if before != GONE and self.count % 3 == 0 else self.ROLES[self.count % 2]
        self.allowed = [before, after]
        if after == GONE:
            self.call("DELETE", self.path)
        else:
            method = "POST" if before == GONE else "PATCH"
            self.call(method, self.path, {"roles": [{"role": after}]})
        self.allowed = [after]

    def probe(self):
        status, text = self.scene.try_call("GET", self.path)
        return json.loads(text)["identityMembership"]["roles"][0]["role"] if status == 200 else GONE


class Token(Thing):
    """An access token: made by a login, ended by being revoked. A login without an answer gave nobody a token."""

    steps = ("create", "remove")
    text = None

    def create(self, state):
        login = {name: self.scene.machine[name] for name in ("clientId", "clientSecret")}
        self.allowed = [GONE]
        self.text = self.call("POST", "/api/v1/auth/universal-auth/login", login)["accessToken"]

    def remove(self, _):
        self.call("POST", "/api/v1/auth/token/revoke", {"accessToken": self.text})

    def probe(self):
        if not self.text:
            return GONE
        path = f"/api/v3/secrets/raw?{self.query}"
        status, _ = Api(self.scene.server.url, self.text).call("GET", path)
        there = [state for state in self.allowed if state != GONE]
        return (there[-1] if there else "valid") if status == 200 else GONE


class Webhook(Thing):
    """A webhook to an address of its own; whether it is off is its state."""

    @property
    def url(self):
        return f"https://hooks.example.test/{self.name}"

    def create(self, _):
        self.call("POST", "/api/v1/webhooks", {**self.place, "webhookUrl": self.url})

    def remove(self, _):
        self.call("DELETE", f"/api/v1/webhooks/{self.found()['id']}")

    def change(self, _):
        self.call("PATCH", f"/api/v1/webhooks/{self.found()['id']}", {"isDisabled": not self.found()["isDisabled"]})

    def act(self):
        (before,) = self.allowed
        self.count += 1
        step = "create" if before == GONE else ("change", "remove")[self.count % 2]
        after = {"create": "on", "change": "off" if before == "on" else "on", "remove": GONE}[step]
        self.allowed = [before, after]
        getattr(self, step)(after)
        self.allowed = [after]

    def found(self):
        hooks = self.call("GET", f"/api/v1/webhooks?{self.query}")["webhooks"]
        return next((hook for hook in hooks if hook["url"] == self.url), None)

    def probe(self):
        found = self.found()
        return ("off" if found["isDisabled"] else "on") if found else GONE


class Project(Named):
    makes, envelope = "/api/v1/projects", "workspaces"
    collection = "/api/v1/workspace"

    def body(self, state):
        return {"projectName": state, "name": state}


class Stream(Named):
    """An audit stream to nobody. Reading the list decrypts the addresses of all."""

    makes = collection = "/api/v1/audit-log-streams"
    envelope = "auditLogStreams"

    def body(self, state):
        return {"name": state, "url": "https://logs.example.test/"}


KINDS = (Secret, Batch, Folder, Tag, Environment, Import, Role, Identity, Membership, Token, Webhook, Project, Stream)


class Scene:
    """What one client writes to: a project, a machine that signs in, and one that comes and goes as a member."""

    def __init__(self, server, token, organization, project, machine, member):
        self.server = server
        self.token = token
        self.organization = organization
        self.project = project
        self.machine = machine
        self.member = member

    def try_call(self, method, path, body=None):
        try:
            return Api(self.server.url, self.token).call(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(f"{method} {path}: {error}") from None

    def call(self, method, path, body=None):
        status, text = self.try_call(method, path, body)
        if status == 409 and "key was replaced meanwhile" in text:
            # Nothing was written; the answer says to try again.
            status, text = self.try_call(method, path, body)
        if status != 200:
            raise Broken(f"{method} {path} was answered {status}: {text}")
        return json.loads(text)

    def identity_called(self, beginning):
        found = self.call("GET", f"/api/v2/organizations/{self.organization}/identity-memberships?limit=1000")
        with contextlib.suppress(StopIteration):
            return next(
                one["identity"]
                for one in found["identityMemberships"]
                if one["identity"]["name"].startswith(beginning)
            )
        return None
