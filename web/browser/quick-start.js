// The quick start of the README, by visible labels, from an empty server to a value that curl fetched.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { addProject, click, commit, onPage, SERVER, setUp, signIn, typeSecret } from './harness.js'

const CLICKS_MAX_QUICK = 6
const CLICKS_MAX_LITERAL = 18
const REQUESTS_MAX_FIRST_VISIT = 8

const run = promisify(execFile)
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText())

test('the quick path takes at most 6 clicks from an empty server to a value fetched by curl', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await page.goto(SERVER)
    await page.getByLabel('Organization name').waitFor()
    const addresses = new Set(watched.requests)
    assert.ok(addresses.size <= REQUESTS_MAX_FIRST_VISIT, [...addresses].join())
    console.log(`first visit: ${addresses.size} requests`)

    await setUp(watched)
    await addProject(watched, 'Shop')
    await typeSecret(watched, 'FOO', 'BAR')
    await commit(watched)
    await click(watched, 'button', 'Connect an app')
    await page.getByLabel('Identity name').waitFor()
    await click(watched, 'button', 'Connect')
    await page.getByRole('tab', { name: 'curl' }).waitFor()
    await click(watched, 'button', 'Copy')
    const commands = await clipboard(page)
    const { stdout } = await run('bash', ['-c', commands])
    assert.equal(JSON.parse(stdout).secret.secretValue, 'BAR')
    console.log(`quick path: ${watched.clicks} clicks, 4 fields`)
    assert.ok(watched.clicks <= CLICKS_MAX_QUICK)

    await click(watched, 'button', 'Test now')
    await page.getByText('/api/v3/secrets/raw/FOO: 200', { exact: false }).waitFor()
    await click(watched, 'button', 'Done')
  })
})

test('every screen of the quick start, one after the other, takes at most 18 clicks', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Billing')
    await click(watched, 'button', 'Development')
    await page.getByRole('heading', { name: 'Development' }).waitFor()
    await typeSecret(watched, 'FOO', 'BAR')
    await commit(watched)

    await click(watched, 'link', 'Projects')
    await click(watched, 'link', 'Access Control')
    await page.getByRole('tab', { name: 'Organization Roles' }).waitFor()
    await click(watched, 'button', 'Create identity')
    await page.getByLabel('Name', { exact: true }).fill('billing-app')
    assert.equal(await page.getByLabel('Organization role', { exact: true }).inputValue(), 'no-access')
    await page.keyboard.press('Enter')
    await page.getByLabel('Access Token TTL').waitFor()
    assert.equal(await page.getByLabel('Access Token TTL').inputValue(), '7200')
    await click(watched, 'button', 'Save')
    await click(watched, 'button', 'Client Secret of billing-app')
    const clientId = await page.locator('dialog code').first().textContent()
    await click(watched, 'button', 'Create Client Secret')
    await isKeptOpen(page)
    await click(watched, 'button', 'Copy client secret')
    const clientSecret = await clipboard(page)
    await click(watched, 'button', 'Done')
    await click(watched, 'button', 'Close')

    await click(watched, 'link', 'Projects')
    await click(watched, 'link', /^Billing/)
    await click(watched, 'link', 'Access Control')
    await click(watched, 'button', 'Add identity')
    await page.getByLabel('Identity', { exact: true }).selectOption({ label: 'billing-app' })
    assert.equal(await page.getByLabel('Role', { exact: true }).inputValue(), 'viewer')
    await click(watched, 'button', 'Add identity')
    await page.getByRole('cell', { name: 'billing-app' }).first().waitFor()

    console.log(`literal path: ${watched.clicks} clicks`)
    assert.ok(watched.clicks <= CLICKS_MAX_LITERAL)
    assert.equal(await readAs({ clientId, clientSecret, project }), 'BAR')
  })
})

/** Neither Escape, twice, nor a click outside nor Back closes a secret that is shown once. */
async function isKeptOpen(page) {
  const copy = page.getByRole('button', { name: 'Copy client secret' })
  await copy.waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await page.goBack()
  assert.ok(await copy.isVisible())
  assert.ok(await page.getByRole('button', { name: 'Done' }).isDisabled())
}

async function readAs({ clientId, clientSecret, project }) {
  const login = await fetch(`${SERVER}/api/v1/auth/universal-auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  })
  const { accessToken } = await login.json()
  const answer = await fetch(`${SERVER}/api/v3/secrets/raw/FOO?workspaceId=${project}&environment=dev`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  return (await answer.json()).secret.secretValue
}
