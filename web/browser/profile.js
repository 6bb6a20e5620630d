// What a person sets for themselves: name, password, theme, sessions.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { api, click, onPage, open, PERSON, SERVER, signIn } from './harness.js'

test('name, password and theme are changed, and the theme stays', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched, '/personal-settings')
    await page.getByLabel('First name').fill('Ada')
    await page.getByLabel('Last name').fill('Lovelace')
    await page.keyboard.press('Enter')
    await page.getByText('Saved.').waitFor()
    const { user } = await api('GET', '/api/v2/users/me')
    assert.deepEqual([user.firstName, user.lastName], ['Ada', 'Lovelace'])

    await page.getByLabel('Present password').fill('not the password')
    await page.getByLabel('New password').fill('another long sentence')
    await click(watched, 'button', 'Change password')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Present password').fill(PERSON.password)
    await page.getByLabel('New password').fill(PERSON.password)
    await click(watched, 'button', 'Change password')
    await page.getByText('The password was changed. All other sessions ended.').waitFor()
    assert.equal(await page.getByLabel('New password').inputValue(), '')

    await page.getByLabel('Theme').selectOption('Dark theme')
    await page.reload()
    await page.getByLabel('Theme').waitFor()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    await page.getByLabel('Theme').selectOption('System theme')
  })
})

test('sessions are listed, this one is marked, and all others can be ended', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const others = [await open(), await open()]
    for (const other of others) await signIn(other)
    await signIn(watched)
    await page.goto(`${SERVER}/personal-settings`)
    const table = page.getByRole('region', { name: 'Sessions' })
    const here = table.getByRole('row').filter({ hasText: 'this one' })
    await here.getByText('Chrome on Linux').waitFor()
    assert.equal(await here.getByRole('button').count(), 0)
    await table
      .getByRole('button', { name: /^End: Chrome/ })
      .first()
      .click()
    await page.getByText('End this session?').waitFor()
    assert.ok(
      await page.getByRole('button', { name: 'Cancel' }).evaluate((one) => one === document.activeElement),
    )
    await page.keyboard.press('Escape')

    await click(watched, 'button', 'End all others')
    await click(watched, 'button', 'End')
    await page.getByText(/sessions were ended\./).waitFor()
    await table.getByRole('button').first().waitFor({ state: 'detached' })
    await others[0].page.reload()
    await others[0].page.getByLabel('Password').waitFor()
    for (const other of others) await other.context.close()
  })
})
