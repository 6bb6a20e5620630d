"""The logins that the unmodified PyPI package infisicalsdk offers besides Universal Auth, against stand-ins for those who
vouch. `e2e/run` starts them with the server.
"""

import json
import os
import pathlib
import unittest
from unittest import mock

from infisical_sdk import InfisicalSDKClient
from infisical_sdk.infisical_requests import APIError

SETTINGS = json.loads(pathlib.Path(os.environ["TACIT_E2E_SETTINGS"]).read_text())
VOUCHED = SETTINGS["vouched"]
ROOT = {"project_id": SETTINGS["projectId"], "environment_slug": SETTINGS["environment"], "secret_path": "/"}
NOBODY = "00000000-0000-4000-8000-000000000000"


class LoginTest(unittest.TestCase):
    def setUp(self):
        self.client = InfisicalSDKClient(host=SETTINGS["url"], cache_ttl=None)
        self.auth = self.client.auth

    def assert_reads(self, login):
        """Checks that the answer of a login is whole, and that its token reads."""
        self.assertEqual(login.tokenType, "Bearer")
        self.assertGreater(login.expiresIn, 0)
        self.assertGreaterEqual(login.accessTokenMaxTTL, login.expiresIn)
        self.assertEqual(self.client.get_token(), login.accessToken)
        self.client.secrets.list_secrets(**ROOT)

    def assert_refused(self, action, *arguments):
        with self.assertRaises(APIError) as raised:
            action(*arguments)
        self.assertEqual(raised.exception.status_code, 401)
        return raised.exception.response["message"]


class Aws(LoginTest):
    def test_a_request_that_is_signed_by_the_keys_of_the_machine_is_let_in(self):
        self.assert_reads(self.auth.aws_auth.login(VOUCHED["aws-auth"]))

    def test_a_key_that_sts_does_not_know_is_refused_like_an_identity_that_nobody_has(self):
        unknown = self.assert_refused(self.auth.aws_auth.login, NOBODY)
        with mock.patch.dict(os.environ, AWS_SECRET_ACCESS_KEY="another"):
            self.assertEqual(self.assert_refused(self.auth.aws_auth.login, VOUCHED["aws-auth"]), unknown)


class Oidc(LoginTest):
    def test_a_token_of_the_provider_is_let_in(self):
        self.assert_reads(self.auth.oidc_auth.login(VOUCHED["oidc-auth"], SETTINGS["jwt"]["good"]))

    def test_one_for_somebody_else_or_of_nobody_is_not(self):
        for token in (SETTINGS["jwt"]["foreign"], SETTINGS["jwt"]["good"][:-4], "x"):
            self.assert_refused(self.auth.oidc_auth.login, VOUCHED["oidc-auth"], token)


@unittest.skipUnless("ldap-auth" in VOUCHED, "slapd is not installed")
class Ldap(LoginTest):
    def test_a_name_and_a_password_that_the_directory_knows_are_let_in(self):
        directory = SETTINGS["directory"]
        self.assert_reads(self.auth.ldap_auth.login(VOUCHED["ldap-auth"], directory["user"], directory["password"]))

    def test_others_are_not(self):
        user = SETTINGS["directory"]["user"]
        for name, password in ((user, "wrong"), ("nobody", SETTINGS["directory"]["password"])):
            self.assert_refused(self.auth.ldap_auth.login, VOUCHED["ldap-auth"], name, password)


class Token(LoginTest):
    def test_a_token_of_token_auth_is_all_that_is_needed(self):
        self.auth.token_auth.login(SETTINGS["accessToken"])
        self.client.secrets.list_secrets(**ROOT)


if __name__ == "__main__":
    unittest.main()
