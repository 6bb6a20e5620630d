// Passkeys with an authenticator that Chromium plays, and an organization that asks everybody for a second factor.
// Browsers offer passkeys under a name only, so this is all on localhost.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { violations } from './axe.js'
import { click, onPage, open, PERSON, SERVER, signIn } from './harness.js'

const LOCAL = SERVER.replace('127.0.0.1', 'localhost')
// The content policy would refuse the script of axe; the other tests run with it.
const OPTIONS = { origin: new URL(LOCAL).origin, bypassCSP: true }
const HOPPER = { email: 'hopper@example.com', password: 'a ship in port is safe' }

/** Gives the page an authenticator that says yes to everything. */
async function plugIn({ page, context }) {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  }
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options })
  return {
    /** Whether the person is the right one from now on. */
    verifies: (isUserVerified) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

async function looksRight({ page }, where) {
  assert.deepEqual(await violations(page, where), [])
}

/** Ends the session in this browser, with whatever it remembers. */
async function forget({ page }) {
  await page.context().clearCookies()
  await page.evaluate(() => localStorage.clear())
}

async function typePassword({ page }, { email, password }) {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
}

async function storeCodes(watched) {
  await watched.page.getByLabel('I have stored them somewhere safe').check()
  await click(watched, 'button', 'Done')
}

/** Adds a passkey called Laptop, as the person's first factor. */
async function addPasskey(watched) {
  const { page } = watched
  await click(watched, 'button', 'Add a passkey')
  await page.getByLabel('Name', { exact: true }).fill('Laptop')
  await looksRight(watched, 'adding a passkey')
  await page.keyboard.press('Enter')
  await storeCodes(watched)
  await page.getByRole('cell', { name: 'Laptop', exact: true }).waitFor()
}

async function removePasskey(watched, name) {
  await click(watched, 'button', `Remove ${name}`)
  await click(watched, 'button', 'Remove')
  await watched.page.getByText('No passkeys yet.').waitFor()
}

test('a passkey is added, renamed, signs in alone and after the password, and is removed', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const authenticator = await plugIn(watched)
    await signIn(watched, '/personal-settings', LOCAL)
    await addPasskey(watched)
    await click(watched, 'button', 'Rename Laptop')
    await page.getByLabel('Name', { exact: true }).last().fill('Key ring')
    await page.keyboard.press('Enter')
    await page.getByRole('cell', { name: 'Key ring', exact: true }).waitFor()
    await page.getByText('10 recovery codes are left.').waitFor()
    await looksRight(watched, 'settings with a passkey')

    await forget(watched)
    await page.goto(`${LOCAL}/login`)
    await click(watched, 'button', 'Sign in with a passkey')
    await page.locator('#content').waitFor()

    // Somebody whom the authenticator does not know.
    await forget(watched)
    await page.goto(`${LOCAL}/login`)
    await authenticator.verifies(false)
    await click(watched, 'button', 'Sign in with a passkey')
    await page.getByText('No passkey was given.', { exact: false }).waitFor()
    await authenticator.verifies(true)

    await typePassword(watched, PERSON)
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor()
    await looksRight(watched, 'second step')
    await click(watched, 'button', 'Use a code instead')
    await page.getByText('One of your recovery codes.').waitFor()
    await click(watched, 'button', 'Use a passkey')
    await page.locator('#content').waitFor()

    await page.goto(`${LOCAL}/personal-settings`)
    await removePasskey(watched, 'Key ring')
    await page.getByText('A password alone opens your account.').waitFor()
  }, OPTIONS)
})

test('an organization asks for a second factor, and somebody without one sets it up and is in', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await plugIn(watched)
    await signIn(watched, '/', LOCAL)
    const link = await invite(watched)
    const hopper = await open(OPTIONS)
    await plugIn(hopper)
    await join(hopper, link)

    await enforce(watched, true)
    await page.getByText('Set up a second factor for yourself', { exact: false }).waitFor()
    await page.goto(`${LOCAL}/personal-settings`)
    await addPasskey(watched)
    await enforce(watched, true)
    await page.getByText('Saved.').waitFor()
    await looksRight(watched, 'organization settings')

    // Who was in is asked, in the middle of work.
    await hopper.page.reload()
    await hopper.page.getByRole('heading', { name: 'Choose an organization' }).waitFor()
    await hopper.page.getByRole('button', { name: 'My organization' }).click()
    await hopper.page.getByText('This organization asks for more than a password.').waitFor()
    await looksRight(hopper, 'setting up a second factor')
    await click(hopper, 'button', 'Add a passkey')
    await storeCodes(hopper)
    await hopper.page.locator('#content').waitFor()

    // The last one stays.
    await hopper.page.goto(`${LOCAL}/personal-settings`)
    await click(hopper, 'button', 'Remove Passkey')
    await click(hopper, 'button', 'Remove')
    await hopper.page.getByText('An organization that you are in asks for a second factor').waitFor()
    assert.deepEqual(hopper.wrong, [])
    await hopper.context.close()

    await enforce(watched, false)
    await page.getByText('Saved.').waitFor()
    await page.goto(`${LOCAL}/personal-settings`)
    await removePasskey(watched, 'Laptop')
  }, OPTIONS)
})

/** Invites somebody, and returns the link. */
async function invite(watched) {
  const { page } = watched
  await click(watched, 'link', 'Access Control')
  await page.getByRole('tab', { name: 'People' }).click()
  await click(watched, 'button', 'Invite people')
  await page.getByLabel('E-mails').fill(HOPPER.email)
  await click(watched, 'button', 'Invite')
  const link = await page.getByRole('dialog').locator('code').textContent()
  await page.keyboard.press('Escape')
  return link
}

async function join(other, link) {
  await other.page.goto(link)
  await other.page.getByLabel('First name').fill('Grace')
  await other.page.getByLabel('Password', { exact: true }).fill(HOPPER.password)
  await click(other, 'button', 'Join')
  await other.page.locator('#content').waitFor()
}

/** Makes the organization ask for a second factor, or not. */
async function enforce(watched, asks) {
  const { page } = watched
  await page.goto(LOCAL)
  await click(watched, 'link', 'Settings')
  await page.getByLabel('Require a second factor').setChecked(asks)
  await click(watched, 'button', 'Save')
}
