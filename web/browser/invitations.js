// Inviting a person: the link, their account, and the sign-in of somebody who has one.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { click, onPage, open, signIn } from './harness.js'

test('somebody invited makes an account with the link and is in', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await click(watched, 'link', 'Access Control')
    await page.getByRole('tab', { name: 'People' }).click()
    await click(watched, 'button', 'Invite people')
    await page.getByLabel('E-mails').fill('grace@example.com')
    await click(watched, 'button', 'Invite')
    const link = await page.getByRole('dialog').locator('code').textContent()
    await page.keyboard.press('Escape')
    await page.getByText('invited', { exact: true }).waitFor()

    const other = await open()
    await other.page.goto(link)
    await other.page.getByLabel('First name').fill('Grace')
    assert.ok(!other.page.url().includes('token'), 'the code stays in the address')
    await other.page.getByLabel('Password', { exact: true }).fill('a long sentence of hers')
    await click(other, 'button', 'Join')
    await other.page.locator('#content').waitFor()
    assert.deepEqual(other.wrong, [])
    await other.page.goto(link)
    await other.page.getByText('This invitation is not valid', { exact: false }).waitFor()
    await other.context.close()
    await page.reload()
    await page.getByRole('cell', { name: 'Grace', exact: true }).waitFor()
  })
})
