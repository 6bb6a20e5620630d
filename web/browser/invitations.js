// Inviting a person: the link, their account, and the sign-in of somebody who has one.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { click, onPage, open, SERVER, signIn } from './harness.js'

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

test('without a mail server a new link is shown, and the one before works no more', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await click(watched, 'link', 'Access Control')
    await page.getByRole('tab', { name: 'People' }).click()
    await click(watched, 'button', 'Invite people')
    await page.getByLabel('E-mails').fill('barbara@example.com')
    await click(watched, 'button', 'Invite')
    const before = await page.getByRole('dialog').locator('code').textContent()
    await click(watched, 'button', 'Close')
    await click(watched, 'button', 'Make a new link: barbara@example.com')
    await page.getByRole('heading', { name: 'New invitation link' }).waitFor()
    const link = await page.getByRole('dialog').locator('code').textContent()
    assert.notEqual(link, before)
    await click(watched, 'button', 'Close')

    const other = await open()
    await other.page.goto(before)
    await other.page.getByText('This invitation is not valid', { exact: false }).waitFor()
    await other.page.goto(link)
    await other.page.getByLabel('First name').waitFor()
    await other.context.close()
  })
})

test('without a mail server the page of a forgotten password says whom to ask', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await page.goto(`${SERVER}/login`)
    await click(watched, 'link', 'Forgot password?')
    await page.getByText('This server sends no mail', { exact: false }).waitFor()
    await click(watched, 'link', 'Back to sign in')
    await page.getByLabel('E-mail').waitFor()
  })
})
