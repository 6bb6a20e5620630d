// Service tokens: made, shown once, used, listed and deleted.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, onPage, SERVER, signIn, typeSecret } from './harness.js'

test('a service token is made, shown once, reads where it is for, and ends when it is deleted', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    const project = await addProject(watched, 'Tokens')
    await typeSecret(watched, 'FOO', 'BAR')
    await commit(watched)
    await page.goto(`${SERVER}/project/${project}/members?selectedTab=service-tokens`)
    await page.getByText('No service tokens').waitFor()

    await click(watched, 'button', 'Make service token')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('old script')
    await click(watched, 'button', 'Add another place')
    const second = dialog.getByRole('group', { name: 'Place 2' })
    await second.getByLabel('Environment').selectOption('Production')
    await second.getByLabel('Folder').fill('/app/**')
    await dialog.getByLabel('Ends after').fill('soon')
    await dialog.getByText('Write a time such as 90d').waitFor()
    await dialog.getByLabel('Ends after').fill('30d')
    await dialog.getByLabel('Read', { exact: true }).uncheck()
    assert.ok(await dialog.getByRole('button', { name: 'Make service token' }).isDisabled())
    await dialog.getByLabel('Read', { exact: true }).check()
    await dialog.getByRole('button', { name: 'Make service token' }).click()

    const shown = dialog.getByLabel('service token', { exact: true })
    await shown.waitFor()
    const token = await shown.inputValue()
    assert.match(token, /^st\.[0-9a-f-]{36}\.[0-9a-f]{64}$/)
    await page.keyboard.press('Escape')
    assert.ok(await shown.isVisible(), 'nothing closes it before it is stored')
    await click(watched, 'button', 'Copy service token')
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token)
    await click(watched, 'button', 'Done')

    const row = page.getByRole('row', { name: /old script/ })
    await row.getByText('/app/**').waitFor()
    assert.ok(await row.getByText('ada@example.com').isVisible())
    assert.ok(!(await page.content()).includes(token), 'it is nowhere on the page any more')
    const read = async () => {
      const query = `workspaceId=${project}&environment=dev`
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${SERVER}/api/v3/secrets/raw/FOO?${query}`, { headers })
      return answer.status === 200 ? (await answer.json()).secret.secretValue : answer.status
    }
    assert.equal(await read(), 'BAR')
    await click(watched, 'button', 'Delete old script')
    await click(watched, 'button', 'Delete')
    await page.getByText('No service tokens').waitFor()
    assert.equal(await read(), 404)
  })
})

test('an API key is made in the profile, reads as its person, and ends when it is deleted', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    await page.goto(`${SERVER}/personal-settings`)
    await page.getByText('You have no API keys.').waitFor()
    await click(watched, 'button', 'Make API key')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('old script')
    await page.keyboard.press('Enter')
    const shown = dialog.getByLabel('API key', { exact: true })
    await shown.waitFor()
    const key = await shown.inputValue()
    await dialog.getByLabel('I have stored it').check()
    await click(watched, 'button', 'Done')
    const me = async () =>
      (await fetch(`${SERVER}/api/v2/users/me`, { headers: { 'x-api-key': key } })).status
    assert.equal(await me(), 200)
    await click(watched, 'button', 'Delete the API key old script')
    await click(watched, 'button', 'Delete')
    await page.getByText('You have no API keys.').waitFor()
    assert.equal(await me(), 401)
  })
})
