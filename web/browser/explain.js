// Why somebody may do something, who may, what a role change means, and privileges.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

import { addProject, api, click, machine, onPage, PERSON, SERVER, signIn } from './harness.js'

async function openTab({ page }, project, tab, more = '') {
  await page.goto(`${SERVER}/project/${project}/members?selectedTab=${tab}${more}`)
  await page.getByRole('tab', { selected: true }).waitFor()
}

/** A project with a secret in each of two environments, and a machine that may read those of dev. */
async function projectWithReader(watched, name, app) {
  const project = await addProject(watched, name)
  for (const environment of ['dev', 'prod']) {
    const place = { projectId: project, environment, secretPath: '/' }
    await api('POST', '/api/v4/secrets/CARD', { ...place, secretValue: 'x' })
  }
  const inDev = {
    subject: 'secrets',
    action: ['describeSecret', 'readValue'],
    conditions: { environment: 'dev' },
  }
  const role = { slug: 'dev-reader', name: 'Dev reader', permissions: [inDev] }
  await api('POST', `/api/v1/projects/${project}/roles`, role)
  const ask = await machine(project, app)
  const members = `/api/v1/projects/${project}/memberships/identities`
  const { identityMemberships } = await api('GET', members)
  const { identityId } = identityMemberships.find((one) => one.identity.name === app)
  await api('PATCH', `${members}/${identityId}`, { roles: [{ role: 'dev-reader' }] })
  return { project, ask, identityId }
}

test('a refusal has an id that opens with its reasons, and the question can be asked again', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { project, ask } = await projectWithReader(watched, 'Reasons', 'reasons-app')
    const refused = await ask('GET', `/api/v4/secrets/CARD?projectId=${project}&environment=prod`)
    assert.equal(refused.statusCode, 403)

    await page.goto(`${SERVER}/decisions/${refused.decisionId}`)
    await page.getByRole('heading', { name: 'Refused' }).waitFor()
    await page.getByText('No. reasons-app may not do that.').waitFor()
    await page.getByText('See names: no role or privilege allowed it.').first().waitFor()
    await click(watched, 'link', 'Ask again with other words')

    await page.getByText('No. reasons-app may not do that.').waitFor()
    assert.equal(await page.getByLabel('Key', { exact: true }).inputValue(), 'CARD')
    await page.getByLabel('Environment', { exact: true }).selectOption('Development')
    await click(watched, 'button', 'Explain')
    await page.getByText('Yes. reasons-app may do that.').waitFor()
    await page.getByText('allowed by the role dev-reader (own membership)').first().waitFor()
    await page.goto(`${SERVER}/decisions/00000000-0000-4000-8000-000000000000`)
    await page.getByText('This decision is not yours to see').waitFor()
  })
})

test('a refusal in the dashboard leads to its decision', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { project } = await projectWithReader(watched, 'Refused here', 'here-app')
    // Nobody else is signed in here, so the server's refusal is that of another decision.
    await page.route('**/api/ui/v1/projects/*/privileges', (route) =>
      route.fulfill({
        status: 403,
        json: {
          statusCode: 403,
          error: 'PermissionDenied',
          message: 'You are not allowed to read on member',
          reqId: 'req-x',
          decisionId: '01a2-decision',
        },
      }),
    )
    await openTab(watched, project, 'privileges')
    const problem = page.getByRole('alert')
    await problem.getByText('You are not allowed to read on member').waitFor()
    await problem.getByRole('button', { name: 'Copy decision ID' }).waitFor()
    const href = await problem.getByRole('link', { name: 'Why?' }).getAttribute('href')
    assert.ok(href.endsWith('/decisions/01a2-decision'), href)
  })
})

test('the access tree shows one member everywhere and everybody in one folder, also as a file', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { project, identityId } = await projectWithReader(watched, 'Tree', 'tree-app')

    await openTab(watched, project, 'tree', `&member=identity:${identityId}`)
    const cellsOf = async (environment) => {
      const row = page.getByRole('row').filter({ hasText: environment })
      await row.waitFor()
      return row.getByRole('cell').allTextContents()
    }
    assert.deepEqual((await cellsOf('dev')).slice(2, 6), ['1', 'yes', 'yes', 'no'])
    assert.ok(!(await cellsOf('prod')).includes('yes'))
    const download = page.waitForEvent('download')
    await click(watched, 'button', 'Export CSV')
    const file = await readFile(await (await download).path(), 'utf8')
    assert.match(file, /^member,environment,folder,secrets,secrets describeSecret/)
    assert.match(file, /tree-app,dev,\/,1,yes,yes,no/)

    await page.getByLabel('Show', { exact: true }).selectOption('Everybody, in one folder')
    await page.getByRole('cell', { name: PERSON.email }).waitFor()
    await page.getByLabel('Environment', { exact: true }).selectOption('Production')
    const app = page.getByRole('row').filter({ hasText: 'tree-app' })
    await app.filter({ hasNotText: 'yes' }).waitFor()
    await app.getByText('dev-reader').waitFor()
  })
})

test('who may do something is listed, with the service tokens that may', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { project } = await projectWithReader(watched, 'Who may', 'able-app')
    const token = (name, environment) =>
      api('POST', '/api/v2/service-token', {
        name,
        workspaceId: project,
        scopes: [{ environment, secretPath: '/**' }],
        permissions: ['read'],
        encryptedKey: '',
        iv: '',
        tag: '',
        expiresIn: 3600,
      })
    await token('of-dev', 'dev')
    await token('of-prod', 'prod')

    await openTab(watched, project, 'explain')
    await page.getByLabel('Who', { exact: true }).selectOption('Everybody who may')
    await click(watched, 'button', 'Explain')
    assert.equal(await page.getByRole('table').count(), 0, 'the environment is needed')
    await page.getByLabel('Environment', { exact: true }).selectOption('Development')
    await page.getByLabel('Who', { exact: true }).selectOption('Myself')
    await click(watched, 'button', 'Explain')
    await page.getByText('Yes. You may do that.').waitFor()
    await page.getByLabel('Who', { exact: true }).selectOption('Everybody who may')
    await click(watched, 'button', 'Explain')
    const table = page.getByRole('region', { name: 'Who may' })
    const able = table.getByRole('row').filter({ hasText: 'of-dev' })
    await able.getByText('service token', { exact: true }).waitFor()
    assert.equal(await page.getByText('Yes. You may do that.').count(), 0, 'the answer before is gone')
    await able.getByText(/^its scopes, until /).waitFor()
    await table.getByRole('row').filter({ hasText: 'able-app' }).getByText('dev-reader').waitFor()
    await table.getByRole('cell', { name: PERSON.email }).waitFor()
    assert.equal(await table.getByText('of-prod').count(), 0)

    // The question is in the address.
    await page.reload()
    await able.waitFor()
    await page.getByLabel('Environment', { exact: true }).selectOption('Production')
    await click(watched, 'button', 'Explain')
    await table.getByText('of-prod').waitFor()
    assert.equal(await table.getByText('able-app').count(), 0)
  })
})

test('the role editor says what a draft means before it is saved', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { project } = await projectWithReader(watched, 'Preview', 'preview-app')
    await openTab(watched, project, 'roles')
    await click(watched, 'button', 'Edit Dev reader')
    const dialog = page.getByRole('dialog')
    const meaning = dialog.getByRole('region', { name: 'What this means' })
    await meaning.getByText('This role reads 1 secret in dev.').waitFor()
    await meaning.getByText('Nothing changes against the saved role.').waitFor()
    await dialog.getByLabel('Environment', { exact: true }).selectOption('Production')
    await meaning.getByText('This role reads 1 secret in prod.').waitFor()
    await meaning.getByText(/^dev:\/: takes away .*Read values \(1 secret\)/).waitFor()
    await meaning.getByText(/^prod:\/: grants .*Read values \(1 secret\)/).waitFor()
    await meaning.getByText('One member has this role').click()
    await meaning.getByText('preview-app: gains, loses').waitFor()
    await dialog.getByLabel('Effect', { exact: true }).selectOption('Deny')
    await meaning.getByText('This role denies prod.').waitFor()
    await click(watched, 'button', 'Cancel')

    await click(watched, 'button', 'Create role')
    await click(watched, 'button', 'Release manager')
    await meaning.getByText(/reads 1 secret in prod/).waitFor()
    await click(watched, 'button', 'Cancel')
  })
})

test('a privilege is given for an hour, extended and ended', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { project, ask } = await projectWithReader(watched, 'Privileges', 'privileged-app')
    const read = () => ask('GET', `/api/v4/secrets/CARD?projectId=${project}&environment=prod`)
    await openTab(watched, project, 'privileges')
    await click(watched, 'button', 'Give privilege')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Member', { exact: true }).selectOption('privileged-app')
    await dialog.getByLabel('Environment', { exact: true }).selectOption('Production')
    await dialog.getByText('Anything else').click()
    await dialog.getByLabel('Name', { exact: true }).fill('on-call')
    await click(watched, 'button', 'Give privilege')
    await dialog.waitFor({ state: 'detached' })
    const row = page.getByRole('row').filter({ hasText: 'on-call' })
    await row.getByText(/min left$|^1 h left$/).waitFor()
    await row.getByText('Secrets: See names, Read values in prod').waitFor()
    assert.equal((await read()).secret.secretValue, 'x')

    await click(watched, 'button', 'Extend on-call')
    await dialog.getByLabel('For', { exact: true }).selectOption('7 days from now')
    await click(watched, 'button', 'Save')
    await dialog.waitFor({ state: 'detached' })
    await row.getByText(/^7 d left$|^6 d 23 h left$/).waitFor()
    await click(watched, 'button', 'End on-call now')
    await click(watched, 'button', 'End now')
    await page.getByText('No additional privileges').waitFor()
    assert.equal((await read()).statusCode, 403)
  })
})
