// The logins that the unmodified npm package @infisical/sdk offers besides Universal Auth, against stand-ins for those who
// vouch. `e2e/run` starts them with the server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { InfisicalSDK } from "@infisical/sdk";

const settings = JSON.parse(readFileSync(process.env.TACIT_E2E_SETTINGS, "utf8"));
const { url, projectId, environment, vouched } = settings;

const auth = () => new InfisicalSDK({ siteUrl: url }).auth();

/** Runs `action` with variables of the environment changed. */
async function within(variables, action) {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  try {
    return await action();
  } finally {
    Object.assign(process.env, before);
  }
}

async function assertReads(client) {
  assert.deepEqual((await client.secrets().listSecrets({ projectId, environment, secretPath: "/" })).imports, []);
}

test("AWS: the library signs a request by the keys of the machine and is let in", async () => {
  await assertReads(await auth().awsIamAuth.login({ identityId: vouched["aws-auth"] }));
});

test("AWS: the identity may be named by the environment", async () => {
  const login = () => auth().awsIamAuth.login();
  await assertReads(await within({ INFISICAL_MACHINE_IDENTITY_ID: vouched["aws-auth"] }, login));
});

test("AWS: a key that STS does not know is refused", async () => {
  const login = () => auth().awsIamAuth.login({ identityId: vouched["aws-auth"] });
  await within({ AWS_SECRET_ACCESS_KEY: "another" }, () => assert.rejects(login, /StatusCode=401/));
});

test("AWS: an identity without the method is refused alike", async () => {
  const login = () => auth().awsIamAuth.login({ identityId: vouched["oidc-auth"] });
  await assert.rejects(login, /StatusCode=401/);
});

test("a token of Token Auth is all that is needed", async () => {
  await assertReads(auth().accessToken(settings.accessToken));
});
