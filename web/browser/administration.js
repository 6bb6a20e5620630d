// The server as its administrator sees it, people suspended and let in again, and people in a project.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  addProject,
  api,
  click,
  join,
  onPage,
  organizationId,
  PASSWORD_OF_OTHERS,
  PERSON,
  SERVER,
  signIn,
  visit,
} from './harness.js'

/** The status of a request as somebody else. */
async function statusOf(token, path) {
  return (await fetch(`${SERVER}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
}

test('an administrator of the server finds somebody, makes them administrator, and deletes them', async () => {
  const token = await join('katherine@example.com', 'Katherine')
  const users = '/api/v1/admin/user-management/users'
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.getByRole('button', { name: /^Account:/ }).click()
    await page.getByRole('menuitem', { name: 'Server administration' }).click()
    await page.getByText('SQLite').or(page.getByText('PostgreSQL')).waitFor()
    await page.getByRole('tab', { name: 'People' }).click()
    await page
      .getByRole('row', { name: new RegExp(PERSON.email) })
      .getByText('you', { exact: true })
      .waitFor()
    await page.getByRole('searchbox').fill('KATHERINE')
    await page.getByRole('cell', { name: PERSON.email }).waitFor({ state: 'detached' })
    await click(watched, 'button', 'Make katherine@example.com administrator of the server')
    await click(watched, 'button', 'Make administrator')
    await page.getByText('administrator', { exact: true }).waitFor()
    assert.equal(await statusOf(token, users), 200)
    await click(watched, 'button', 'Make katherine@example.com administrator no more')
    await page.getByText('administrator', { exact: true }).waitFor({ state: 'detached' })
    assert.equal(await statusOf(token, users), 403)
    await click(watched, 'button', 'Delete the account of katherine@example.com')
    const dialog = page.getByRole('dialog')
    assert.ok(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled())
    await dialog.getByLabel('Type katherine@example.com to confirm').fill('katherine@example.com')
    await click(watched, 'button', 'Delete')
    await page.getByText('Nothing fits.').waitFor()
    assert.equal(await statusOf(token, '/api/v2/users/me'), 401)
    await page.getByRole('tab', { name: 'Organizations' }).click()
    await page.getByRole('table').waitFor()
  })
})

test('what an administrator writes for everybody stands at sign-in and above every page', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    await visit(page, '/admin?tab=settings')
    await page.getByLabel('Domains of new accounts').fill('no domain')
    await click(watched, 'button', 'Save')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Domains of new accounts').fill('')
    await page.getByLabel('Before sign-in').fill('For staff only.')
    await page.getByLabel('Above every page').fill('Test server')
    await click(watched, 'button', 'Save')
    await page.getByText('Test server', { exact: true }).first().waitFor()
    await page.getByText('Saved.').waitFor()
    await onPage(async ({ page: other }) => {
      await other.goto(`${SERVER}/login`)
      await other.getByText('For staff only.').waitFor()
      await other.getByText('Test server').waitFor()
    })
    await page.getByLabel('Before sign-in').fill('')
    await page.getByLabel('Above every page').fill('')
    await click(watched, 'button', 'Save')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    const { config } = await (await fetch(`${SERVER}/api/v1/admin/config`)).json()
    assert.deepEqual([config.authConsentContent, config.pageFrameContent], [null, null])
  })
})

test('somebody is suspended and let in again, and has a custom role by its name', async () => {
  const token = await join('dorothy@example.com', 'Dorothy')
  const rule = { subject: 'member', action: ['read'] }
  const role = { slug: 'front-desk', name: 'Front desk', permissions: [rule] }
  await api('POST', '/api/v1/organization/roles', role)
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    const organization = await organizationId()
    await visit(page, `/org/${organization}/members?selectedTab=members`)
    await click(watched, 'button', 'Suspend Dorothy')
    await page.getByText('suspended', { exact: true }).waitFor()
    assert.equal(await statusOf(token, '/api/v1/organization/roles'), 401)
    await click(watched, 'button', 'Reactivate Dorothy')
    await page.getByText('suspended', { exact: true }).waitFor({ state: 'detached' })
    assert.equal(await statusOf(token, '/api/v1/organization/roles'), 200)
    const select = page.getByLabel('Organization role of Dorothy')
    await select.selectOption('Front desk')
    await page.reload()
    await page.waitForFunction(
      () => document.querySelector('[aria-label="Organization role of Dorothy"]')?.value === 'front-desk',
    )
    await click(watched, 'button', 'Take Dorothy out of the organization')
    await click(watched, 'button', 'Remove')
    await select.waitFor({ state: 'detached' })
    assert.equal(await statusOf(token, '/api/v1/organization/roles'), 401)
  })
})

test('somebody is added to a project for a while, and is seen there by a group too', async () => {
  await join('mary@example.com', 'Mary')
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Shared with Mary')
    await visit(page, `/project/${project}/members?selectedTab=members`)
    await click(watched, 'button', 'Add person')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Person').selectOption('Mary (mary@example.com)')
    assert.equal(await dialog.getByLabel('Role', { exact: true }).inputValue(), 'viewer')
    await dialog.getByLabel('For').selectOption('8 hours from now')
    await dialog.getByRole('button', { name: 'Add person' }).click()
    await page.getByText(/^viewer, ends /).waitFor()
    const group = await api('POST', '/api/v1/groups', { name: 'Mary and others', role: 'no-access' })
    await api('POST', `/api/v1/groups/${group.id}/users/mary@example.com`)
    await api('POST', `/api/v1/projects/${project}/groups/${group.id}`, { roles: [{ role: 'viewer' }] })
    await page.reload()
    await page.getByRole('cell', { name: 'by group Mary and others' }).waitFor()
    await click(watched, 'button', 'Take Mary out of the project')
    await click(watched, 'button', 'Remove')
    await page.getByText(/^viewer, ends /).waitFor({ state: 'detached' })
    await page.getByRole('cell', { name: 'by group Mary and others' }).waitFor()
    await api('DELETE', `/api/v1/groups/${group.id}`)
  })
})

test('somebody deletes their own account and is signed out', async () => {
  const token = await join('annie@example.com', 'Annie')
  await onPage(async (watched) => {
    const { page } = watched
    await page.goto(`${SERVER}/login?next=%2Fpersonal-settings`)
    await page.getByLabel('E-mail').fill('annie@example.com')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD_OF_OTHERS)
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'Delete account')
    await page.getByLabel('Type annie@example.com to confirm').fill('annie@example.com')
    await click(watched, 'button', 'Delete')
    await page.getByLabel('Password', { exact: true }).waitFor()
    assert.equal(await statusOf(token, '/api/v2/users/me'), 401)
  })
})
