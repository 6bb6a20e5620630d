// Roles of one's own: made in the editor, given to an identity, and what it may do then.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, api, click, machine, onPage, SERVER, signIn } from './harness.js'

async function openTab(watched, path, tab) {
  await watched.page.goto(`${SERVER}${path}?selectedTab=${tab}`)
  await watched.page.getByRole('tab', { selected: true }).waitFor()
}

/** A project with a secret in `/app` and one beside it, in each of two environments. */
async function projectWithSecrets(watched, name) {
  const project = await addProject(watched, name)
  for (const environment of ['dev', 'prod']) {
    const place = { projectId: project, environment }
    await api('POST', '/api/v2/folders', { ...place, path: '/', name: 'app' })
    await api('POST', '/api/v4/secrets/INSIDE', { ...place, secretPath: '/app', secretValue: 'in' })
    await api('POST', '/api/v4/secrets/OUTSIDE', { ...place, secretPath: '/', secretValue: 'out' })
  }
  return project
}

test('a role of a project is made, given to an identity, and allows no more than it says', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await projectWithSecrets(watched, 'Roles')
    const ask = await machine(project, 'role-app')
    const read = async (environment, secretPath, key) => {
      const query = `projectId=${project}&environment=${environment}&secretPath=${secretPath}`
      const answer = await ask('GET', `/api/v4/secrets/${key}?${query}`)
      return answer.secret?.secretValue ?? answer.statusCode
    }

    await openTab(watched, `/project/${project}/members`, 'roles')
    await click(watched, 'button', 'Create role')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('App reader')
    assert.equal(await dialog.getByLabel('Slug').inputValue(), 'app-reader')
    await dialog.getByRole('checkbox', { name: 'Tags: Read' }).click()
    await click(watched, 'button', 'Add rule')
    await dialog.getByLabel('Environment', { exact: true }).selectOption('Development')
    await dialog.getByLabel('Path', { exact: true }).fill('/app/{a,b}')
    await click(watched, 'button', 'Save')
    await dialog.getByRole('group', { name: 'Rule 1' }).getByRole('alert').waitFor()
    await dialog.getByLabel('Path', { exact: true }).fill('/app/**')
    await click(watched, 'button', 'JSON')
    const rules = JSON.parse(await dialog.getByLabel('Rules as JSON').inputValue())
    assert.deepEqual(rules, [
      { subject: 'tags', action: ['read'] },
      {
        subject: 'secrets',
        action: ['describeSecret', 'readValue'],
        conditions: { environment: 'dev', secretPath: { $glob: '/app/**' } },
      },
    ])
    await click(watched, 'button', 'Form')
    assert.equal(await dialog.getByLabel('Path', { exact: true }).inputValue(), '/app/**')
    await click(watched, 'button', 'Save')
    await page.getByRole('cell', { name: 'app-reader' }).waitFor()

    await openTab(watched, `/project/${project}/members`, 'identities')
    assert.equal(await read('prod', '/', 'OUTSIDE'), 'out')
    const changed = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
    await page.getByLabel('Role of role-app').selectOption('App reader')
    await changed
    assert.equal(await read('dev', '/app', 'INSIDE'), 'in')
    assert.equal(await read('dev', '/', 'OUTSIDE'), 403)
    assert.equal(await read('prod', '/app', 'INSIDE'), 403)
    const place = { projectId: project, environment: 'dev', secretPath: '/app' }
    const made = await ask('POST', '/api/v4/secrets/NEW', { ...place, secretValue: 'x' })
    assert.equal(made.statusCode, 403)
    await page.reload()
    await page.getByLabel('Role of role-app').waitFor()
    assert.equal(await page.getByLabel('Role of role-app').inputValue(), 'app-reader')

    await openTab(watched, `/project/${project}/members`, 'roles')
    await click(watched, 'button', 'Delete App reader')
    await click(watched, 'button', 'Delete')
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await click(watched, 'button', 'Cancel')
    await click(watched, 'button', 'Edit App reader')
    await dialog.getByLabel('Path', { exact: true }).fill('')
    await click(watched, 'button', 'Save')
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await read('dev', '/', 'OUTSIDE'), 'out')
  })
})

test('an identity gets a second role for an hour, and a person another one', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await projectWithSecrets(watched, 'Several roles')
    await machine(project, 'two-roles')
    await openTab(watched, `/project/${project}/members`, 'identities')
    await page.getByLabel('Role of two-roles').selectOption('Viewer')
    await click(watched, 'button', 'Change the roles of two-roles')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('For', { exact: true }).selectOption('1 hour from now')
    await click(watched, 'button', 'Save')
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('For', { exact: true }).selectOption('For good')
    await click(watched, 'button', 'Add role')
    const second = dialog.getByRole('group', { name: 'Role 2' })
    await second.getByLabel('Role', { exact: true }).selectOption('Admin')
    await second.getByLabel('For', { exact: true }).selectOption('1 hour from now')
    await click(watched, 'button', 'Save')
    await page.getByText(/^admin, ends /).waitFor()
    const rolesOf = async () => {
      const path = `/api/v1/projects/${project}/memberships/identities`
      const { identityMemberships } = await api('GET', path)
      return identityMemberships.find((one) => one.identity.name === 'two-roles').roles
    }
    const roles = await rolesOf()
    assert.deepEqual(roles.map((one) => [one.role, one.temporaryRange]).sort(), [
      ['admin', '1h'],
      ['viewer', null],
    ])
    const end = roles.find((one) => one.isTemporary).temporaryAccessEndTime

    await click(watched, 'button', 'Change the roles of two-roles')
    await click(watched, 'button', 'Save')
    await dialog.waitFor({ state: 'detached' })
    assert.equal((await rolesOf()).find((one) => one.isTemporary).temporaryAccessEndTime, end)

    await openTab(watched, `/project/${project}/members`, 'members')
    await click(watched, 'button', /^Change the roles of/, { exact: false })
    await click(watched, 'button', 'Add role')
    await click(watched, 'button', 'Save')
    await page.getByText('viewer', { exact: true }).waitFor()
  })
})

test('a role of the organization is made, duplicated, changed and deleted', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    const organization = new URL(page.url()).pathname.split('/').at(-2)
    await openTab(watched, `/org/${organization}/members`, 'roles')
    await click(watched, 'button', 'Create role')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Auditor')
    await dialog.getByRole('checkbox', { name: 'Audit log: Read' }).click()
    await click(watched, 'button', 'Save')
    await page.getByRole('cell', { name: 'auditor', exact: true }).waitFor()
    await click(watched, 'button', 'Duplicate Auditor')
    await click(watched, 'button', 'Save')
    await click(watched, 'button', 'Edit Auditor copy')
    await dialog.getByRole('checkbox', { name: 'Roles: Read' }).click()
    await click(watched, 'button', 'Save')
    await dialog.waitFor({ state: 'detached' })
    const { role } = await api('GET', '/api/v1/organization/roles/slug/auditor-copy')
    assert.deepEqual(role.permissions, [
      { subject: 'role', action: ['read'] },
      { subject: 'audit-logs', action: ['read'] },
    ])
    for (const name of ['Auditor copy', 'Auditor']) {
      await click(watched, 'button', `Delete ${name}`)
      await click(watched, 'button', 'Delete')
      await dialog.waitFor({ state: 'detached' })
    }
    await page.getByRole('cell', { name: 'auditor', exact: true }).waitFor({ state: 'detached' })
  })
})
