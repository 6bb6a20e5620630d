// The second factor: setting an app up, signing in with its codes, recovery codes, removing it.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'

import { click, onPage, PERSON, SERVER, signIn } from './harness.js'

/** The code of an authenticator app (RFC 6238) with this secret, `steps` from now. */
function codeOf(secret, steps = 0) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret.replaceAll(' ', '')].map((one) => letters.indexOf(one).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g)
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const key = Buffer.from(bytes.map((one) => Number.parseInt(one, 2)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

/** E-mail and password, up to the second factor. */
async function signInWithPassword(page) {
  await page.context().clearCookies()
  await page.evaluate(() => localStorage.clear())
  await page.goto(`${SERVER}/login`)
  await page.getByLabel('E-mail').fill(PERSON.email)
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password)
  await page.keyboard.press('Enter')
  await page.getByLabel('Code').waitFor()
}

test('an authenticator app is set up, asked for, replaced by a recovery code and removed', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched, '/personal-settings')
    await click(watched, 'button', 'Set up an authenticator app')
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
    const secret = await page.getByRole('dialog').locator('code').textContent()
    await page.getByLabel('Code that the app shows now').fill('000000')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code that the app shows now').fill(codeOf(secret, -1))
    await page.keyboard.press('Enter')
    const codes = page.getByRole('dialog').getByRole('listitem')
    await codes.first().waitFor()
    assert.equal(await codes.count(), 10)
    const recovery = await codes.first().textContent()
    await page.keyboard.press('Escape')
    await page.getByLabel('I have stored them somewhere safe').check()
    await click(watched, 'button', 'Done')
    await page.getByText('10 recovery codes are left.').waitFor()

    await signInWithPassword(page)
    await page.keyboard.type('123456')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code').fill(codeOf(secret))
    await page.keyboard.press('Enter')
    await page.locator('#content').waitFor()

    await signInWithPassword(page)
    await page.keyboard.type(recovery)
    await page.keyboard.press('Enter')
    await page.locator('#content').waitFor()
    await page.goto(`${SERVER}/personal-settings`)
    await page.getByText('9 recovery codes are left.').waitFor()
    await click(watched, 'button', 'Remove')
    await click(watched, 'button', 'Remove')
    await page.getByText('A password alone opens your account.').waitFor()
  })
})
