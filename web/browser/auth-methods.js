// Auth methods of a machine identity: attached, tried, used to log in, changed and detached; tokens that people make.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { api, click, onPage, SERVER, signIn, visit } from './harness.js'
import { ISSUER, signer } from './signer.js'

const run = promisify(execFile)
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText())

/** Makes an identity and opens its auth methods. Returns its id. */
async function openMethods(watched, name) {
  const { page } = watched
  await signIn(watched)
  await page.waitForURL(/overview/)
  const organization = new URL(page.url()).pathname.split('/').at(-2)
  const body = { name, organizationId: organization, role: 'no-access' }
  const { identity } = await api('POST', '/api/v1/identities', body)
  await visit(page, `/org/${organization}/members?selectedTab=identities`)
  await click(watched, 'button', `Auth methods of ${name}`)
  return identity.id
}

const statusWith = async (token) => {
  const answer = await fetch(`${SERVER}/api/v1/identities/details`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return answer.status
}

test('a lockout after wrong client secrets is ended', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const identity = await openMethods(watched, 'locked-out')
    const path = `/api/v1/auth/universal-auth/identities/${identity}`
    const { identityUniversalAuth } = await api('POST', path, { lockoutThreshold: 1 })
    const wrong = { clientId: identityUniversalAuth.clientId, clientSecret: 'wrong' }
    const headers = { 'content-type': 'application/json' }
    await fetch(`${SERVER}/api/v1/auth/universal-auth/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify(wrong),
    })
    await page.reload()
    await click(watched, 'button', 'Auth methods of locked-out')
    await click(watched, 'button', 'End lockout: Universal Auth')
    await page.getByText('Logins can be tried again.').waitFor()
    await click(watched, 'button', 'End lockout: Universal Auth')
    await page.getByText('Nothing was locked.').waitFor()
  })
})

test('JWT Auth is attached, tried, used to log in and detached', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const { pem, token } = signer()
    const identity = await openMethods(watched, 'ci-job')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('It cannot log in yet').waitFor()
    await click(watched, 'button', 'Add auth method')
    await dialog.getByRole('button', { name: /^JWT Auth/ }).click()

    await dialog.getByLabel('Keys', { exact: true }).selectOption('Given here')
    await dialog.getByLabel('Public keys').fill(`${pem}${signer().pem}`)
    await dialog.getByLabel('Issuer').fill(ISSUER)
    await click(watched, 'button', 'Attach')
    // The server says so (422), not the page.
    await isSaidAt(page, 'Subject', /bind the subject, an audience or a claim/i)
    await dialog.getByLabel('Subject').fill('repo:acme/*:ref:refs/heads/main, repo:acme/shop')
    assert.equal(await dialog.getByRole('alert').count(), 0)
    await click(watched, 'button', 'Attach')

    await dialog.getByText('JWT Auth is attached.').waitFor()
    await click(watched, 'button', 'Copy')
    const command = await clipboard(page)
    assert.ok(command.includes(`identityId=${identity}`))
    const { accessToken } = await logIn(command, token({ sub: 'repo:acme/shop' }))
    assert.equal(await statusWith(accessToken), 200)

    await click(watched, 'button', 'Test this configuration')
    await tryProof(watched, token({ sub: 'repo:evil/shop' }))
    await dialog.getByText('It would be refused.').waitFor()
    assert.deepEqual(await checksOf(page), [
      ['passed', 'The given keys can be read'],
      ['passed', 'Signed by a trusted key'],
      ['passed', 'Valid at this time'],
      ['passed', 'Comes from the expected issuer'],
      ['failed', 'The subject is not let in'],
    ])
    const good = token({ sub: 'repo:acme/shop' })
    await tryProof(watched, good)
    await dialog.getByText('It would be let in, as repo:acme/shop.').waitFor()
    assert.equal((await checksOf(page)).filter(([result]) => result === 'failed').length, 0)
    await isKeptNowhere(page, good)

    await click(watched, 'button', 'Back')
    await dialog.getByText(/^last login /).waitFor()
    await dialog.getByText('repo:acme/*:ref:refs/heads/main, repo:acme/shop').waitFor()
    await click(watched, 'button', 'Detach JWT Auth')
    const detach = page.getByRole('button', { name: 'Detach', exact: true })
    assert.ok(await detach.isDisabled())
    await dialog.getByText(/The last login by this method was/).waitFor()
    await dialog.getByRole('textbox').fill('ci-job')
    await detach.click()
    await page.getByText('JWT Auth was detached from ci-job. Its tokens ended.').waitFor()
    await dialog.getByText('It cannot log in yet').waitFor()
    assert.equal(await statusWith(accessToken), 401)
  })
})

/** The field has the focus, and what is wrong stands at it. */
async function isSaidAt(page, label, problem) {
  const field = page.getByRole('dialog').getByLabel(label)
  await page.getByRole('alert').filter({ hasText: problem }).waitFor()
  assert.equal(await field.getAttribute('aria-invalid'), 'true')
  const said = await field.getAttribute('aria-describedby')
  assert.match(await page.locator(`[id="${said}"]`).textContent(), problem)
  assert.ok(await field.evaluate((element) => element === document.activeElement))
}

/** Runs the command where the token is in the file that it reads. */
async function logIn(command, token) {
  const folder = mkdtempSync(join(tmpdir(), 'tacit-login-'))
  try {
    writeFileSync(join(folder, 'token.jwt'), `${token}\n`)
    const { stdout } = await run('bash', ['-c', command], { cwd: folder })
    return JSON.parse(stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function tryProof(watched, proof) {
  const field = watched.page.getByRole('dialog').getByLabel('Token')
  await field.fill(proof)
  await click(watched, 'button', 'Test this configuration')
  await watched.page.getByRole('list', { name: 'What was looked at' }).waitFor()
  assert.equal(await field.inputValue(), '')
}

const checksOf = (page) =>
  page
    .getByRole('list', { name: 'What was looked at' })
    .evaluate((list) =>
      [...list.children].map((item) => [
        item.querySelector('svg').getAttribute('aria-label'),
        item.querySelector('div').firstChild.textContent,
      ]),
    )

/** Neither the page nor the browser's stores hold it. */
async function isKeptNowhere(page, proof) {
  const kept = await page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll('input, textarea')].map((field) => field.value),
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      location.href,
    ].join('\n'),
  )
  assert.ok(!kept.includes(proof))
}

test('settings of JWT Auth are changed in the form, and stay what they are where nothing is typed', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const { pem } = signer()
    const identity = await openMethods(watched, 'changing-job')
    const path = `/api/v1/auth/jwt-auth/identities/${identity}`
    const first = {
      configurationType: 'static',
      publicKeys: [pem.trim()],
      boundIssuer: ISSUER,
      boundAudiences: 'shop, billing',
      boundClaims: { environment: 'prod', ref: 'main' },
      boundSubject: '',
      accessTokenTTL: 60,
      accessTokenMaxTTL: 3600,
      accessTokenTrustedIps: [{ ipAddress: '127.0.0.0/8' }],
    }
    await api('POST', path, first)
    await page.reload()
    await click(watched, 'button', 'Auth methods of changing-job')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('environment prod, ref main').waitFor()

    await click(watched, 'button', 'Change JWT Auth')
    await dialog.getByLabel('Claims: Value 1').fill('staging')
    await click(watched, 'button', 'Claims: Remove line 2')
    await dialog.getByText('Advanced').click()
    await dialog.getByLabel('Access Token TTL').fill('2h')
    await dialog.getByText('The TTL is longer than the Max TTL.').waitFor()
    await dialog.getByLabel('Access Token TTL').fill('30m')
    await dialog.getByText('30 minutes').waitFor()
    await click(watched, 'button', 'Save')
    await dialog.getByText('environment staging').waitFor()
    const { identityJwtAuth: now } = await api('GET', path)
    assert.deepEqual(now.boundClaims, { environment: 'staging' })
    assert.equal(now.accessTokenTTL, 1800)
    const { boundClaims, accessTokenTTL, accessTokenTrustedIps, ...others } = first
    for (const [name, value] of Object.entries(others)) assert.deepEqual(now[name], value, name)
    assert.equal(
      `${now.accessTokenTrustedIps[0].ipAddress}/${now.accessTokenTrustedIps[0].prefix}`,
      '127.0.0.0/8',
    )
  })
})

test('tokens of Token Auth are made, shown once, renamed and revoked', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await openMethods(watched, 'old-tool')
    const dialog = page.getByRole('dialog')
    await click(watched, 'button', 'Add auth method')
    await dialog.getByRole('button', { name: /^Token Auth/ }).click()
    await dialog.getByLabel('Access Token TTL').fill('1d')
    await click(watched, 'button', 'Attach')
    await dialog.getByText('No tokens yet.').waitFor()

    await dialog.getByLabel('Name').fill('backup')
    await click(watched, 'button', 'Create token')
    await page.getByRole('button', { name: 'Copy access token' }).waitFor()
    await page.keyboard.press('Escape')
    await click(watched, 'button', 'Copy access token')
    const token = await clipboard(page)
    assert.equal(await statusWith(token), 200)
    await click(watched, 'button', 'Done')

    await click(watched, 'button', 'Rename backup')
    await dialog.getByLabel('Name').fill('nightly backup')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'Revoke nightly backup')
    await click(watched, 'button', 'Revoke')
    await dialog.getByText('revoked', { exact: true }).waitFor()
    assert.equal(await statusWith(token), 401)
  })
})

test('OIDC Auth is filled in for GitHub Actions, and says that its subject must be bound', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await openMethods(watched, 'github-job')
    const dialog = page.getByRole('dialog')
    await click(watched, 'button', 'Add auth method')
    await dialog.getByRole('button', { name: /^OIDC Auth/ }).click()
    await dialog.getByLabel('Fill in for').selectOption('GitHub Actions')
    assert.equal(
      await dialog.getByLabel('Issuer').inputValue(),
      'https://token.actions.githubusercontent.com',
    )
    assert.equal(await dialog.getByLabel('Audiences').inputValue(), new URL(SERVER).origin)
    await dialog.getByText(/strangers are let in/).waitFor()
    const subject = dialog.getByLabel('Subject')
    await subject.fill(await subject.getAttribute('placeholder'))
    await dialog.getByText(/strangers are let in/).waitFor({ state: 'detached' })
  })
})

test('a stored credential is never shown, stays if nothing is typed, and is taken away on purpose', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const sent = await pretendKubernetes(page, 'cluster-app')
    await openMethods(watched, 'cluster-app')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('https://k8s.example.com').waitFor()
    await click(watched, 'button', 'Change Kubernetes Auth')
    const reviewer = dialog.getByLabel('Reviewer token', { exact: true })
    assert.equal(await reviewer.getAttribute('type'), 'password')
    await isKeptNowhere(page, STORED)

    await dialog.getByLabel('Namespaces').fill('shop, billing')
    await click(watched, 'button', 'Save')
    await dialog.getByRole('heading', { name: 'Kubernetes Auth', level: 3 }).waitFor()
    await click(watched, 'button', 'Change Kubernetes Auth')
    await dialog.getByLabel('Remove the stored one: Reviewer token').check()
    assert.ok(await reviewer.isDisabled())
    await click(watched, 'button', 'Save')
    await dialog.getByRole('heading', { name: 'Kubernetes Auth', level: 3 }).waitFor()
    const [kept, removed] = sent
    assert.equal(kept.allowedNamespaces, 'shop, billing')
    assert.ok(!('tokenReviewerJwt' in kept))
    assert.equal(removed.tokenReviewerJwt, null)
  })
})

const STORED = 'stored-reviewer-token'

/** Answers for a cluster that no test has. Returns what is sent to change it. */
async function pretendKubernetes(page, name) {
  const sent = []
  const settings = {
    kubernetesHost: 'https://k8s.example.com',
    caCert: '',
    tokenReviewerJwt: STORED,
    allowedNamespaces: 'shop',
    allowedNames: '',
    allowedAudience: '',
    accessTokenTTL: 7200,
    accessTokenMaxTTL: 7200,
    accessTokenNumUsesLimit: 0,
    accessTokenTrustedIps: [{ ipAddress: '0.0.0.0', type: 'ipv4', prefix: 0 }],
  }
  await page.route('**/identity-memberships?*', async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    const found = body.identityMemberships.find(({ identity }) => identity.name === name)
    if (found) found.identity.authMethods = ['kubernetes-auth']
    await route.fulfill({ response, json: body })
  })
  await page.route('**/api/v1/auth/kubernetes-auth/identities/*', (route) => {
    if (route.request().method() === 'PATCH') sent.push(route.request().postDataJSON())
    return route.fulfill({ json: { identityKubernetesAuth: settings } })
  })
  return sent
}
