"""Fills a fresh server through its public API, the way a first administrator would."""

import http.client
import json
import urllib.parse

ADMINISTRATOR = {"email": "ada@example.com", "password": "a long enough passphrase", "organization": "Lighthouse"}
ENVIRONMENT = "dev"
TIMEOUT_SECONDS = 20


class Refused(Exception):
    """A set-up call was not answered with 200."""


class Api:
    """JSON over HTTP with one bearer token."""

    def __init__(self, url, token=None):
        self.host = urllib.parse.urlsplit(url).netloc
        self.token = token

    def call(self, method, path, body=None):
        """Returns the status of the answer and its text."""
        headers = {} if body is None else {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def ok(self, method, path, body=None):
        """Returns the decoded answer; raises `Refused` for anything but 200."""
        status, text = self.call(method, path, body)
        if status != 200:
            raise Refused(f"{method} {path} was answered {status}: {text}")
        return json.loads(text)

    def post(self, path, body):
        """As `ok`, for the most common method."""
        return self.ok("POST", path, body)


def bootstrap(server):
    """Creates the first administrator. Returns an `Api` that may do everything, and the organization's id."""
    answer = Api(server.url).post("/api/v1/admin/bootstrap", ADMINISTRATOR)
    token = answer["identity"]["credentials"]["token"]
    server.confidential += [ADMINISTRATOR["password"], token]
    return Api(server.url, token), answer["organization"]["id"]


def sign_in(server, organization_id):
    """Signs the first administrator in. Returns an `Api` of a person, for what machine identities cannot do."""
    login = Api(server.url).post("/api/v3/auth/login", {name: ADMINISTRATOR[name] for name in ("email", "password")})
    chosen = Api(server.url, login["accessToken"]).post(
        "/api/v3/auth/select-organization", {"organizationId": organization_id}
    )
    server.confidential += [login["accessToken"], chosen["token"]]
    return Api(server.url, chosen["token"])


def prepare_project(api, organization_id, name):
    """A project with two identities that sign in by Universal Auth: one may write, one only read."""
    project = api.post("/api/v1/projects", {"projectName": name, "type": "secret-manager"})["project"]
    return {
        "projectId": project["id"],
        "projectSlug": project["slug"],
        "environment": ENVIRONMENT,
        "writer": prepare_identity(api, organization_id, project["id"], f"{name} writer", "member"),
        "reader": prepare_identity(api, organization_id, project["id"], f"{name} reader", "viewer"),
    }


def prepare_identity(api, organization_id, project_id, name, role):
    """An identity with `role` in the project and none in the organization. Returns its id, client id and secret."""
    identity_id = add_identity(api, organization_id, project_id, name, role)
    universal_auth = f"/api/v1/auth/universal-auth/identities/{identity_id}"
    client_id = api.post(universal_auth, {})["identityUniversalAuth"]["clientId"]
    client_secret = api.post(f"{universal_auth}/client-secrets", {"description": name})["clientSecret"]
    return {"id": identity_id, "clientId": client_id, "clientSecret": client_secret}


def add_identity(api, organization_id, project_id, name, role):
    """An identity with `role` in the project that cannot sign in yet. Returns its id."""
    new_identity = {"name": name, "organizationId": organization_id, "role": "no-access"}
    identity_id = api.post("/api/v1/identities", new_identity)["identity"]["id"]
    membership = f"/api/v1/projects/{project_id}/memberships/identities/{identity_id}"
    api.post(membership, {"roles": [{"role": role}]})
    return identity_id


def prepare_vouched(api, organization_id, project_id, methods):
    """An identity for each auth method, which may read the project. Returns their ids by the names of the methods."""
    identities = {}
    for method, settings in methods.items():
        identity_id = add_identity(api, organization_id, project_id, method, "viewer")
        api.post(f"/api/v1/auth/{method}/identities/{identity_id}", settings)
        identities[method] = identity_id
    return identities


def prepare_access_token(api, identity_id):
    """An access token of an identity with Token Auth."""
    return api.post(f"/api/v1/auth/token-auth/identities/{identity_id}/tokens", {"name": "e2e"})["accessToken"]


def prepare_service_token(person, project_id):
    """A service token that reads everything in the environment. Only people make any, so the person takes access first."""
    person.post(f"/api/v1/organization-admin/projects/{project_id}/grant-admin-access", {})
    new_token = {
        "name": "e2e",
        "workspaceId": project_id,
        "scopes": [{"environment": ENVIRONMENT, "secretPath": "/**"}],
        "permissions": ["read"],
        "expiresIn": 3600,
    }
    return person.post("/api/v2/service-token", new_token)["serviceToken"]
