// The dashboard of a server that sends mails.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { violations } from './axe.js'
import { api, click, onPage, open, PERSON, SERVER, setUp, signIn } from './harness.js'
import { startMailServer } from './mail-server.js'

const AXE = { bypassCSP: true }
let mails

before(() => {
  mails = startMailServer(Number(process.env.TACIT_MAIL_PORT))
})
after(() => mails.stop())

const linkIn = ({ text }) => text.split('\n').find((line) => line.startsWith(SERVER))

async function toPeople(watched) {
  await click(watched, 'link', 'Access Control')
  await watched.page.getByRole('tab', { name: 'People' }).click()
}

async function invite(watched, email) {
  await click(watched, 'button', 'Invite people')
  await watched.page.getByLabel('E-mails').fill(email)
  await click(watched, 'button', 'Invite')
  await watched.page.getByText(`Mail is on its way to ${email}.`).waitFor()
}

test('an invitation goes by mail, and its link makes an account with a verified e-mail', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await setUp(watched)
    await toPeople(watched)
    await invite(watched, 'grace@example.com')
    assert.equal(await page.getByRole('dialog').locator('code').count(), 0)
    assert.deepEqual(await violations(page, 'invitation sent'), [])
    await click(watched, 'button', 'Close')
    const mail = await mails.next()
    assert.equal(mail.to, 'grace@example.com')

    const other = await open()
    await other.page.goto(linkIn(mail))
    await other.page.getByLabel('First name').fill('Grace')
    await other.page.getByLabel('Password', { exact: true }).fill('a long sentence of hers')
    await click(other, 'button', 'Join')
    await other.page.locator('#content').waitFor()
    await other.page.goto(`${SERVER}/personal-settings`)
    await other.page.getByText('verified', { exact: true }).waitFor()
    assert.deepEqual(other.wrong, [])
    await other.context.close()
  }, AXE)
})

test('an invitation is sent again from the list, but not at once', async () => {
  await onPage(async (watched) => {
    await signIn(watched)
    await toPeople(watched)
    await invite(watched, 'barbara@example.com')
    await click(watched, 'button', 'Close')
    await mails.next()
    await click(watched, 'button', 'Send the invitation again: barbara@example.com')
    await watched.page.getByText('less than a minute ago', { exact: false }).waitFor()
  })
})

test('a code verifies the e-mail of a person', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched, '/personal-settings')
    await page.getByText('not verified', { exact: true }).waitFor()
    await click(watched, 'button', 'Mail me a code')
    await page.getByText('A code of six digits is on its way', { exact: false }).waitFor()
    assert.deepEqual(await violations(page, 'code by mail'), [])
    const [code] = /\d{6}/.exec((await mails.next()).text.split('\n\n').slice(1).join('\n\n'))
    const wrong = code === '000000' ? '000001' : '000000'
    await page.getByLabel('Code').fill(wrong)
    await click(watched, 'button', 'Verify')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code').fill(code)
    await click(watched, 'button', 'Verify')
    await page.getByText('verified', { exact: true }).waitFor()
    const { user } = await api('GET', '/api/v2/users/me')
    assert.equal(user.isEmailVerified, true)
  }, AXE)
})

test('who forgot the password sets a new one by the link of a mail', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await page.goto(`${SERVER}/login`)
    await click(watched, 'link', 'Forgot password?')
    await page.getByLabel('E-mail').fill(PERSON.email)
    assert.deepEqual(await violations(page, 'forgotten password'), [])
    await click(watched, 'button', 'Mail me a link')
    await page.getByText('If there is an account with this e-mail', { exact: false }).waitFor()
    const mail = await mails.next()
    assert.equal(mail.to, PERSON.email)

    await page.goto(linkIn(mail))
    await page.getByLabel('New password').waitFor()
    assert.ok(!page.url().includes('token'), 'the code stays in the address')
    assert.deepEqual(await violations(page, 'new password'), [])
    await page.getByLabel('New password').fill('another long sentence')
    await click(watched, 'button', 'Set the password')
    await page.getByText('Your new password is set', { exact: false }).waitFor()
    assert.match((await mails.next()).text, /A new password was set/)
    await click(watched, 'link', 'Sign in')
    await page.getByLabel('E-mail').fill(PERSON.email)
    await page.getByLabel('Password', { exact: true }).fill('another long sentence')
    await page.keyboard.press('Enter')
    await page.locator('#content').waitFor()

    await page.goto(linkIn(mail))
    await page.getByLabel('New password').fill('a third long sentence')
    await click(watched, 'button', 'Set the password')
    await page.getByText('This link is not valid', { exact: false }).waitFor()
    await page.getByRole('link', { name: 'Ask for a new link' }).waitFor()
  }, AXE)
})
