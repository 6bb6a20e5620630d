// The keys of the server as its administrator sees and replaces them.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { api, click, onPage, signIn, visit } from './harness.js'

test('an administrator replaces the data key of a project and sees when it is done', async () => {
  const { project } = await api('POST', '/api/v2/workspace', { projectName: 'Key ring' })
  const path = '/api/v3/secrets/raw/KEPT'
  await api('POST', path, { workspaceId: project.id, environment: 'dev', secretValue: 'as it was' })
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    await visit(page, '/admin?tab=encryption')
    await page.getByText('in a file', { exact: true }).waitFor()
    await page.getByText('There is no recovery key').waitFor()
    const row = page.getByRole('row', { name: /Key ring/ })
    await row.getByText('number 1', { exact: true }).waitFor()
    await click(watched, 'button', 'Replace the key of Key ring')
    const dialog = page.getByRole('dialog')
    assert.ok(await dialog.getByRole('button', { name: 'Replace the key', exact: true }).isDisabled())
    await dialog.getByLabel('Type Key ring to confirm').fill('Key ring')
    await dialog.getByRole('button', { name: 'Replace the key', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await row.getByText('number 2', { exact: true }).waitFor()
    await row.getByText(/^replaced /).waitFor()
    const read = await api('GET', `${path}?workspaceId=${project.id}&environment=dev`)
    assert.equal(read.secret.secretValue, 'as it was')
  })
})

test('an administrator replaces all keys at once, those of organizations too', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    await visit(page, '/admin?tab=encryption')
    const organizations = page.getByRole('region', { name: 'Data keys of organizations' })
    const row = organizations.getByRole('row').nth(1)
    const number = Number((await row.getByText(/^number /).textContent()).split(' ')[1])
    await click(watched, 'button', 'Replace all')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Replace all', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await row.getByText(`number ${number + 1}`, { exact: true }).waitFor()
    await row.getByText(/^replaced /).waitFor()
    const { organizations: keys } = await api('GET', '/api/ui/v1/admin/encryption')
    assert.equal(keys[0].rotation.state, 'finished')
  })
})
