"""The unmodified PyPI package infisicalsdk against a running Tacit server.

`e2e/run` starts the server and names its settings in TACIT_E2E_SETTINGS.
"""

import json
import os
import pathlib
import unittest

import requests
from infisical_sdk import InfisicalSDKClient
from infisical_sdk.infisical_requests import APIError

SETTINGS = json.loads(pathlib.Path(os.environ["TACIT_E2E_SETTINGS"]).read_text())
URL = SETTINGS["url"]
PLACE = {"project_id": SETTINGS["projectId"], "environment_slug": SETTINGS["environment"]}
ROOT = {**PLACE, "secret_path": "/"}
TIMEOUT_SECONDS = 20


def sign_in(credentials):
    """The library as an identity. Its cache of a minute is off, so that every call reaches the server."""
    client = InfisicalSDKClient(host=URL, cache_ttl=None)
    client.auth.universal_auth.login(credentials["clientId"], credentials["clientSecret"])
    return client


class SdkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.writer = sign_in(SETTINGS["writer"])
        cls.reader = sign_in(SETTINGS["reader"])

    def answer_of(self, method, path, **options):
        """What the server itself answers, without the library in between."""
        headers = {"authorization": f"Bearer {self.writer.get_token()}"}
        return requests.request(method, URL + path, headers=headers, timeout=TIMEOUT_SECONDS, **options)

    def assert_refused(self, status, action, *arguments, **options):
        """Checks that `action` raises the library's error for `status`, carrying the server's envelope."""
        with self.assertRaises(APIError) as raised:
            action(*arguments, **options)
        self.assertEqual(raised.exception.status_code, status)
        envelope = raised.exception.response
        self.assertEqual(envelope["statusCode"], status)
        self.assertIsInstance(envelope["message"], str)
        self.assertNotEqual(envelope["message"], "")
        self.assertIsInstance(envelope["error"], str)
        self.assertRegex(envelope["reqId"], r"^req-[0-9A-Za-z]{14}$")
        self.assertEqual(str(raised.exception), f"{envelope['message']} (Status: {status})")
        return envelope


class SigningIn(SdkTest):
    def test_universal_auth_answers_with_token_and_lifetimes(self):
        client = InfisicalSDKClient(host=URL, cache_ttl=None)
        credentials = SETTINGS["writer"]
        login = client.auth.universal_auth.login(credentials["clientId"], credentials["clientSecret"])
        self.assertEqual(login.tokenType, "Bearer")
        self.assertEqual((login.expiresIn, login.accessTokenMaxTTL), (2592000, 2592000))
        self.assertEqual(login.accessToken.count("."), 2)
        self.assertEqual(client.get_token(), login.accessToken)

    def test_a_wrong_client_secret_is_refused(self):
        wrong = {**SETTINGS["writer"], "clientSecret": "0" * 64}
        self.assert_refused(401, sign_in, wrong)

    def test_without_a_token_nothing_is_read(self):
        self.assert_refused(401, InfisicalSDKClient(host=URL, cache_ttl=None).secrets.list_secrets, **ROOT)

    def test_a_made_up_token_is_refused(self):
        client = InfisicalSDKClient(host=URL, token="not-a-token", cache_ttl=None)
        self.assert_refused(403, client.secrets.list_secrets, **ROOT)


class Secrets(SdkTest):
    def create(self, name, value, **options):
        return self.writer.secrets.create_secret_by_name(name, secret_value=value, **{**ROOT, **options})

    def read(self, name, **options):
        return self.reader.secrets.get_secret_by_name(name, **{**ROOT, **options})

    def test_a_service_token_reads_what_it_is_for_and_writes_nothing(self):
        self.create("BY_TOKEN", "told")
        client = InfisicalSDKClient(host=URL, token=SETTINGS["serviceToken"], cache_ttl=None)
        self.assertEqual(client.secrets.get_secret_by_name("BY_TOKEN", **ROOT).secretValue, "told")
        self.assert_refused(403, client.secrets.create_secret_by_name, "REFUSED", secret_value="x", **ROOT)

    def test_a_created_secret_is_read_back_as_it_was_given(self):
        created = self.create("GREETING", "hello", secret_comment="for the door")
        read = self.read("GREETING")
        for secret in (created, read):
            self.assertEqual((secret.secretKey, secret.secretValue), ("GREETING", "hello"))
            self.assertEqual(secret.secretComment, "for the door")
            self.assertEqual((secret.version, secret.type), (1, "shared"))
            self.assertEqual(secret.environment, SETTINGS["environment"])
            self.assertEqual(secret.workspace, SETTINGS["projectId"])
            self.assertEqual(secret._id, secret.id)
            self.assertRegex(secret.createdAt, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(read.id, created.id)
        self.assertEqual((read.secretPath, read.secretValueHidden, read.tags), ("/", False, []))

    def test_values_keep_every_character(self):
        values = ["", "two\nlines\n", "grüße, 世界, 🔑", '{"a":"\\"b\\""}', "x" * 200_000]
        for number, value in enumerate(values):
            name = f"Odd.name-é_{number}"
            self.create(name, value)
            self.assertEqual((self.read(name).secretKey, self.read(name).secretValue), (name, value))

    def test_a_project_can_be_named_by_its_slug(self):
        place = {"project_slug": SETTINGS["projectSlug"], "environment_slug": "staging", "secret_path": "/"}
        self.writer.secrets.create_secret_by_name("BY_SLUG", secret_value="found", **place)
        listed = self.reader.secrets.list_secrets(**place)
        self.assertEqual([(secret.secretKey, secret.secretValue) for secret in listed.secrets], [("BY_SLUG", "found")])
        self.assertEqual(listed.imports, [])
        self.assertEqual(self.reader.secrets.get_secret_by_name("BY_SLUG", **place).secretValue, "found")

    def test_an_update_makes_the_next_version_and_keeps_the_comment(self):
        self.create("ROTATED", "first", secret_comment="kept")
        updated = self.writer.secrets.update_secret_by_name("ROTATED", secret_value="second", **ROOT)
        self.assertEqual(updated.version, 2)
        read = self.read("ROTATED")
        self.assertEqual((read.secretValue, read.version, read.secretComment), ("second", 2, "kept"))
        self.assertEqual(self.read("ROTATED", version="1").secretValue, "first")

    def test_a_renamed_secret_is_found_by_its_new_name_only(self):
        self.create("OLD_NAME", "same")
        self.writer.secrets.update_secret_by_name("OLD_NAME", new_secret_name="NEW_NAME", **ROOT)
        self.assertEqual(self.read("NEW_NAME").secretValue, "same")
        self.assert_refused(404, self.read, "OLD_NAME")

    def test_a_deleted_secret_is_gone(self):
        self.create("SHORT_LIVED", "soon gone")
        deleted = self.writer.secrets.delete_secret_by_name("SHORT_LIVED", **ROOT)
        self.assertEqual(deleted.secretKey, "SHORT_LIVED")
        self.assert_refused(404, self.writer.secrets.delete_secret_by_name, "SHORT_LIVED", **ROOT)

    def test_a_missing_secret_raises_with_the_message_of_the_server(self):
        path = "/api/v3/secrets/raw/MISSING"
        place = {"workspaceId": SETTINGS["projectId"], "environment": SETTINGS["environment"]}
        answer = self.answer_of("GET", path, params=place).json()
        envelope = self.assert_refused(404, self.read, "MISSING")
        self.assertEqual(envelope["message"], answer["message"])
        self.assertEqual(envelope["error"], answer["error"])

    def test_a_name_that_is_taken_is_refused(self):
        self.create("TAKEN", "mine")
        self.assert_refused(400, self.create, "TAKEN", "yours")
        self.assertEqual(self.read("TAKEN").secretValue, "mine")

    def test_an_identity_that_may_only_read_changes_nothing(self):
        self.create("GUARDED", "untouched")
        secrets = self.reader.secrets
        self.assert_refused(403, secrets.create_secret_by_name, "OTHER", secret_value="changed", **ROOT)
        self.assert_refused(403, secrets.update_secret_by_name, "GUARDED", secret_value="changed", **ROOT)
        self.assert_refused(403, secrets.delete_secret_by_name, "GUARDED", **ROOT)
        self.assertEqual(self.read("GUARDED").secretValue, "untouched")

    def test_an_unknown_environment_is_refused(self):
        self.assert_refused(404, self.reader.secrets.list_secrets, **{**ROOT, "environment_slug": "nowhere"})


class Folders(SdkTest):
    def names(self, path, **options):
        listed = self.reader.folders.list_folders(path=path, **PLACE, **options)
        return sorted(folder.name for folder in listed.folders)

    def test_a_folder_lives_from_creation_to_deletion(self):
        folders = self.writer.folders
        created = folders.create_folder("payments", path="/", **PLACE)
        self.assertEqual(created.name, "payments")
        self.assertIn("payments", self.names("/"))

        read = self.reader.folders.get_folder_by_id(created.id)
        self.assertEqual((read.name, read.projectId), ("payments", SETTINGS["projectId"]))
        self.assertEqual(read.environment.envSlug, SETTINGS["environment"])

        renamed = folders.update_folder(created.id, "billing", path="/", **PLACE)
        self.assertEqual((renamed.id, renamed.name), (created.id, "billing"))
        self.assertEqual(folders.delete_folder(created.id, path="/", **PLACE).name, "billing")
        self.assertNotIn("billing", self.names("/"))
        self.assert_refused(404, self.reader.folders.get_folder_by_id, created.id)

    def test_folders_nest_and_hold_secrets(self):
        self.writer.folders.create_folder("inner", path="/outer", **PLACE)
        place = {**PLACE, "secret_path": "/outer/inner"}
        self.writer.secrets.create_secret_by_name("LEAF", secret_value="green", **place)
        self.assertEqual(self.names("/outer"), ["inner"])
        self.assertTrue({"outer", "inner"} <= set(self.names("/", recursive=True)))
        listed = self.reader.secrets.list_secrets(**{**place, "secret_path": "/outer"}, recursive=True)
        self.assertEqual([(leaf.secretPath, leaf.secretValue) for leaf in listed.secrets], [("/outer/inner", "green")])

    def test_a_missing_folder_is_refused(self):
        self.assert_refused(404, self.reader.secrets.list_secrets, **{**PLACE, "secret_path": "/nowhere"})

    def test_an_identity_that_may_only_read_creates_no_folder(self):
        self.assert_refused(403, self.reader.folders.create_folder, "refused", path="/", **PLACE)


if __name__ == "__main__":
    unittest.main()
