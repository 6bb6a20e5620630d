// The unmodified npm package @infisical/sdk against a running Tacit server.
// `e2e/run` starts the server and names its settings in TACIT_E2E_SETTINGS.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { InfisicalSDK } from "@infisical/sdk";

const settings = JSON.parse(readFileSync(process.env.TACIT_E2E_SETTINGS, "utf8"));
const { url, projectId, environment } = settings;
const dev = { projectId, environment };

/** The library, signed in as an identity that may write, and as one that may only read. */
let writer;
let reader;

before(async () => {
  writer = await signIn(settings.writer);
  reader = await signIn(settings.reader);
});

function signIn(credentials) {
  return new InfisicalSDK({ siteUrl: url }).auth().universalAuth.login(credentials);
}

/** What the server itself answers to a request, without the library in between. */
async function answerOf(method, path, body, client = writer) {
  const headers = { authorization: `Bearer ${client.auth().getAccessToken()}`, "content-type": "application/json" };
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** Checks that `action` throws the library's error for `status`, with the very message of the server's answer. */
async function assertRefused(action, status, answer) {
  assert.equal(answer.status, status);
  assert.equal(answer.body.statusCode, status);
  assert.equal(typeof answer.body.message, "string");
  await assert.rejects(action, (error) => {
    assert.equal(error.name, "InfisicalSDKRequestError");
    assert.ok(error.message.includes(`[StatusCode=${status}]`), error.message);
    assert.ok(error.message.endsWith(answer.body.message), error.message);
    return true;
  });
}

const pathOf = (name) => `/api/v3/secrets/raw/${name}?workspaceId=${projectId}&environment=${environment}`;

test("signing in gives a token in the form of a JWT", () => {
  assert.match(writer.auth().getAccessToken(), /^[\w-]+\.[\w-]+\.[\w-]+$/);
});

test("a wrong client secret is refused with the server's message", async () => {
  const wrong = { ...settings.writer, clientSecret: "0".repeat(64) };
  const answer = await answerOf("POST", "/api/v1/auth/universal-auth/login", wrong);
  await assertRefused(() => signIn(wrong), 401, answer);
});

test("a token can be renewed and goes on working", async () => {
  const renewed = await (await signIn(settings.reader)).auth().universalAuth.renew();
  assert.deepEqual((await renewed.secrets().listSecrets(dev)).imports, []);
});

test("a created secret is read back as it was given", async () => {
  const { secret } = await writer.secrets().createSecret("GREETING", {
    ...dev,
    secretValue: "hello",
    secretComment: "for the door",
  });
  const read = await reader.secrets().getSecret({ ...dev, secretName: "GREETING" });

  for (const answer of [secret, read]) {
    assert.equal(answer.secretKey, "GREETING");
    assert.equal(answer.secretValue, "hello");
    assert.equal(answer.secretComment, "for the door");
    assert.equal(answer.version, 1);
    assert.equal(answer.type, "shared");
    assert.equal(answer.environment, environment);
    assert.equal(answer.workspace, projectId);
    assert.equal(answer._id, answer.id);
    assert.equal(new Date(answer.createdAt).toISOString(), answer.createdAt);
    assert.equal(new Date(answer.updatedAt).toISOString(), answer.updatedAt);
  }
  assert.equal(read.id, secret.id);
  assert.equal(read.secretPath, "/");
  assert.equal(read.secretValueHidden, false);
});

test("values and names keep every character", async () => {
  const values = ["", "two\nlines\n", "grüße, 世界, 🔑", '{"a":"\\"b\\""}', "x".repeat(200_000)];
  for (const [index, secretValue] of values.entries()) {
    const secretName = `Odd.name-é%2F+&?#${index}`;
    await writer.secrets().createSecret(secretName, { ...dev, secretValue });
    const read = await reader.secrets().getSecret({ ...dev, secretName });
    assert.equal(read.secretKey, secretName);
    assert.equal(read.secretValue, secretValue);
  }
});

test("a list holds all secrets of a folder, in the order of their names", async () => {
  await writer.folders().create({ ...dev, name: "list", path: "/" });
  for (const name of ["b", "A", "a", "B"]) {
    await writer.secrets().createSecret(name, { ...dev, secretPath: "/list", secretValue: `value of ${name}` });
  }
  const { secrets, imports } = await reader.secrets().listSecrets({ ...dev, secretPath: "/list" });

  assert.deepEqual(secrets.map((secret) => secret.secretKey), ["A", "B", "a", "b"]);
  assert.deepEqual(secrets.map((secret) => secret.secretValue), ["A", "B", "a", "b"].map((name) => `value of ${name}`));
  assert.deepEqual(secrets.map((secret) => secret.secretPath), Array(4).fill("/list"));
  assert.deepEqual(imports, []);
});

test("an update makes the next version and keeps the earlier one readable", async () => {
  const secretName = "ROTATED";
  await writer.secrets().createSecret(secretName, { ...dev, secretValue: "first" });
  const { secret } = await writer.secrets().updateSecret(secretName, { ...dev, secretValue: "second" });

  assert.equal(secret.version, 2);
  assert.equal((await reader.secrets().getSecret({ ...dev, secretName })).secretValue, "second");
  assert.equal((await reader.secrets().getSecret({ ...dev, secretName, version: 1 })).secretValue, "first");
});

test("a renamed secret is found by its new name only", async () => {
  await writer.secrets().createSecret("OLD_NAME", { ...dev, secretValue: "same" });
  await writer.secrets().updateSecret("OLD_NAME", { ...dev, newSecretName: "NEW_NAME" });

  assert.equal((await reader.secrets().getSecret({ ...dev, secretName: "NEW_NAME" })).secretValue, "same");
  await assertRefused(
    () => reader.secrets().getSecret({ ...dev, secretName: "OLD_NAME" }),
    404,
    await answerOf("GET", pathOf("OLD_NAME")),
  );
});

test("a deleted secret is gone, and asking for it gives the server's message", async () => {
  await writer.secrets().createSecret("SHORT_LIVED", { ...dev, secretValue: "soon gone" });
  const { secret } = await writer.secrets().deleteSecret("SHORT_LIVED", dev);

  assert.equal(secret.secretKey, "SHORT_LIVED");
  const read = await answerOf("GET", pathOf("SHORT_LIVED"));
  await assertRefused(() => writer.secrets().getSecret({ ...dev, secretName: "SHORT_LIVED" }), 404, read);
  const body = { workspaceId: projectId, environment };
  const deleted = await answerOf("DELETE", "/api/v3/secrets/raw/SHORT_LIVED", body);
  await assertRefused(() => writer.secrets().deleteSecret("SHORT_LIVED", dev), 404, deleted);
});

test("a name that is taken is refused", async () => {
  await writer.secrets().createSecret("TAKEN", { ...dev, secretValue: "mine" });
  const body = { workspaceId: projectId, environment, secretValue: "yours" };
  const answer = await answerOf("POST", "/api/v3/secrets/raw/TAKEN", body);

  await assertRefused(() => writer.secrets().createSecret("TAKEN", { ...dev, secretValue: "yours" }), 400, answer);
  assert.equal((await reader.secrets().getSecret({ ...dev, secretName: "TAKEN" })).secretValue, "mine");
});

test("an identity that may only read cannot create, update or delete", async () => {
  await writer.secrets().createSecret("GUARDED", { ...dev, secretValue: "untouched" });
  const body = { workspaceId: projectId, environment, secretValue: "changed" };
  const created = await answerOf("POST", "/api/v3/secrets/raw/OTHER", body, reader);
  const updated = await answerOf("PATCH", "/api/v3/secrets/raw/GUARDED", body, reader);
  const deleted = await answerOf("DELETE", "/api/v3/secrets/raw/GUARDED", body, reader);

  await assertRefused(() => reader.secrets().createSecret("OTHER", { ...dev, secretValue: "changed" }), 403, created);
  await assertRefused(() => reader.secrets().updateSecret("GUARDED", { ...dev, secretValue: "changed" }), 403, updated);
  await assertRefused(() => reader.secrets().deleteSecret("GUARDED", dev), 403, deleted);
  assert.equal((await reader.secrets().getSecret({ ...dev, secretName: "GUARDED" })).secretValue, "untouched");
});

test("folders are created and listed, and hold secrets of their own", async () => {
  const folder = await writer.folders().create({ ...dev, name: "payments", path: "/" });
  await writer.folders().create({ ...dev, name: "cards", path: "/payments" });
  const inFolder = { ...dev, secretPath: "/payments/cards" };
  await writer.secrets().createSecret("GREETING", { ...inFolder, secretValue: "another" });

  assert.equal(folder.name, "payments");
  const names = async (path) => (await reader.folders().listFolders({ ...dev, path })).map(({ name }) => name);
  assert.ok((await names("/")).includes("payments"));
  assert.deepEqual(await names("/payments"), ["cards"]);
  const read = await reader.secrets().getSecret({ ...inFolder, secretName: "GREETING" });
  assert.equal(read.secretValue, "another");
  assert.equal(read.secretPath, "/payments/cards");
});

test("a recursive list reaches into folders", async () => {
  await writer.folders().create({ ...dev, name: "deep", path: "/tree" });
  for (const secretPath of ["/tree", "/tree/deep"]) {
    await writer.secrets().createSecret("LEAF", { ...dev, secretPath, secretValue: secretPath });
  }
  const { secrets } = await reader.secrets().listSecrets({ ...dev, secretPath: "/tree", recursive: true });
  assert.deepEqual(secrets.map((secret) => [secret.secretPath, secret.secretValue]).sort(), [
    ["/tree", "/tree"],
    ["/tree/deep", "/tree/deep"],
  ]);
});

test("a new environment starts empty", async () => {
  const created = await writer.environments().create({ projectId, name: "Quality", slug: "qa", position: 4 });
  assert.equal(created.slug, "qa");
  assert.deepEqual((await writer.secrets().listSecrets({ projectId, environment: "qa" })).secrets, []);
});

test("an unknown environment is refused with the server's message", async () => {
  const answer = await answerOf("GET", `/api/v3/secrets/raw?workspaceId=${projectId}&environment=nowhere`);
  await assertRefused(() => reader.secrets().listSecrets({ projectId, environment: "nowhere" }), 404, answer);
});

test("a service token reads what it is for and writes nothing", async () => {
  await writer.secrets().createSecret("BY_TOKEN", { ...dev, secretValue: "told" });
  // As the command line hands tokens out: with a part of its own at the end.
  const client = new InfisicalSDK({ siteUrl: url }).auth().accessToken(`${settings.serviceToken}.0123abcd`);

  assert.equal((await client.secrets().getSecret({ ...dev, secretName: "BY_TOKEN" })).secretValue, "told");
  const { secrets } = await client.secrets().listSecrets(dev);
  assert.ok(secrets.some(({ secretKey }) => secretKey === "BY_TOKEN"));
  await assert.rejects(() => client.secrets().updateSecret("BY_TOKEN", { ...dev, secretValue: "changed" }), /StatusCode=403/);
  assert.equal((await reader.secrets().getSecret({ ...dev, secretName: "BY_TOKEN" })).secretValue, "told");
});
