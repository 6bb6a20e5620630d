// Groups: made, filled, put into a project, and what somebody has by one.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, api, click, commit, machine, onPage, SERVER, signIn, typeSecret } from './harness.js'

test('a group gives an identity what it has in a project, until it is taken out', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    const organization = new URL(page.url()).pathname.split('/').at(-2)
    const project = await addProject(watched, 'Grouped')
    await typeSecret(watched, 'FOO', 'BAR')
    await commit(watched)
    const ask = await machine(project, 'group-app')
    const { identityMemberships } = await api('GET', `/api/v1/projects/${project}/memberships/identities`)
    const { identityId } = identityMemberships.find((one) => one.identity.name === 'group-app')
    await api('PATCH', `/api/v1/projects/${project}/memberships/identities/${identityId}`, {
      roles: [{ role: 'no-access' }],
    })
    const read = async () => {
      const answer = await ask('GET', `/api/v4/secrets/FOO?projectId=${project}&environment=dev&secretPath=/`)
      return answer.secret?.secretValue ?? answer.statusCode
    }
    assert.equal(await read(), 403)

    await page.goto(`${SERVER}/org/${organization}/members?selectedTab=groups`)
    await click(watched, 'button', 'Create group')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Operation')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'Change Operation')
    await dialog.getByLabel('Name', { exact: true }).fill('Operations')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'Members of Operations')
    await dialog.getByLabel('Member', { exact: true }).selectOption('group-app (Machine identity)')
    await click(watched, 'button', 'Add member')
    await dialog.getByRole('cell', { name: 'group-app', exact: true }).waitFor()
    await dialog.getByLabel('Member', { exact: true }).selectOption('ada@example.com (Person)')
    await click(watched, 'button', 'Add member')
    await click(watched, 'button', 'Take out ada@example.com')
    await dialog.getByRole('cell', { name: 'ada@example.com', exact: true }).waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')

    await page.goto(`${SERVER}/project/${project}/members?selectedTab=groups`)
    await click(watched, 'button', 'Add group')
    await dialog.getByLabel('Group').selectOption('Operations')
    await dialog.getByRole('button', { name: 'Add group' }).click()
    await page.getByRole('cell', { name: 'Operations', exact: true }).waitFor()
    assert.equal(await read(), 'BAR')
    await click(watched, 'button', 'Change the roles of Operations')
    await click(watched, 'button', 'Add role')
    await dialog.getByRole('group', { name: 'Role 2' }).getByLabel('For').selectOption('8 hours from now')
    await dialog
      .getByRole('group', { name: 'Role 2' })
      .getByLabel('Role', { exact: true })
      .selectOption('Member')
    await click(watched, 'button', 'Save')
    await page.getByText(/^member, ends /).waitFor()
    await click(watched, 'button', 'Take Operations out of the project')
    await click(watched, 'button', 'Remove')
    await page.getByText('No group is in this project yet').waitFor()
    assert.equal(await read(), 403)

    await page.goto(`${SERVER}/org/${organization}/members?selectedTab=groups`)
    await click(watched, 'button', 'Delete Operations')
    await click(watched, 'button', 'Delete')
    await page.getByText('No groups yet').waitFor()
  })
})
