// Takes the pictures of docs/screenshots from a server at TACIT_URL that is still empty:
//   e2e/with-server --binary target/debug/tacit --allow-egress 127.0.0.0/8 -- sh -c 'cd web && npm run screenshots'
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'

import { addProject, click, commit, PROGRAM, SERVER, setUp, typeSecret } from './harness.js'
import { machinePictures, morePictures, organizationPictures, phonePicture } from './screenshots-more.js'
import { secretsPictures } from './screenshots-secrets.js'

const FOLDER = process.env.SCREENSHOTS ?? '../docs/screenshots'
mkdirSync(FOLDER, { recursive: true })
const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-gpu'] })
const context = await browser.newContext({ viewport: { width: 1280, height: 760 } })
const page = await context.newPage()
const watched = { page, clicks: 0 }

/** Takes a picture of the page as it is. */
async function picture(name) {
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${FOLDER}/${name}.png` })
}

const button = (name) => page.getByRole('button', { name, exact: true }).last()

await page.goto(`${SERVER}/setup`)
await page.getByLabel('E-mail').waitFor()
await picture('setup')
await setUp(watched)
for (const name of ['Billing', 'Data warehouse', 'Mobile app']) {
  await addProject(watched, name)
  await click(watched, 'link', 'Projects')
  await button('Add New Project').waitFor()
}
await addProject(watched, 'Shop')
await click(watched, 'button', 'New folder')
await page.getByLabel('Folder name').fill('payments')
await page.keyboard.press('Enter')
await button('payments').waitFor()

const SECRETS = {
  DATABASE_URL: 'postgres://shop:s3cret@db.internal:5432/shop',
  REDIS_URL: 'redis://cache.internal:6379/0',
  STRIPE_SECRET_KEY: 'sk_test_51Hxxxxxxxxxxxx',
  SMTP_PASSWORD: 'a long sentence with spaces',
  SESSION_SECRET: '4f1c8d0b2a9e7f6354',
  SENTRY_DSN: 'https://key@sentry.internal/42',
  FEATURE_FLAGS: '{"checkout":"v2"}',
}
for (const [key, value] of Object.entries(SECRETS)) await typeSecret(watched, key, value)
await commit(watched)
await page.getByRole('checkbox', { name: 'Production' }).uncheck()
await typeSecret(watched, 'DEBUG_TOOLBAR', 'true')
await commit(watched)
await page.getByRole('checkbox', { name: 'Production' }).check()

const grid = page.getByRole('grid')
await grid.focus()
await page.keyboard.press('Control+Home')
await page.keyboard.press('ArrowDown')
await page.keyboard.press('ArrowRight')
await page.keyboard.press('r')
await page.getByText(SECRETS.DATABASE_URL).waitFor()
await page.keyboard.press('ArrowDown')
await page.keyboard.press('ArrowDown')
await page.keyboard.press('Enter')
await page.keyboard.type('{"checkout":"v3"}')
await page.keyboard.press('Enter')
await page.keyboard.press('ArrowDown')
await page.keyboard.press('ArrowRight')
await page.keyboard.press('Delete')
await typeSecret(watched, 'NEW_RELIC_KEY', 'nr-1234567890')
await grid.focus()
await page.getByRole('button', { name: 'Dismiss', exact: true }).first().click()
await page.getByRole('button', { name: 'Dismiss', exact: true }).last().click()
await picture('grid')
await click(watched, 'button', 'Review')
await click(watched, 'button', 'Show values')
await button('Hide values').waitFor()
await picture('review')
await page.keyboard.press('Escape')
await click(watched, 'button', 'Import')
await page
  .getByLabel('Text', { exact: true })
  .fill(
    '# Mail\nexport SMTP_HOST=mail.internal\nSMTP_PASSWORD="with # and = in it"\nTLS_KEY="-----BEGIN KEY-----\nMIIE…\n-----END KEY-----"\n',
  )
await picture('import')
await page.keyboard.press('Escape')
await click(watched, 'button', 'Discard all')
await click(watched, 'button', 'Dismiss')
await secretsPictures(watched, picture)
await click(watched, 'button', 'Connect an app')
await page.getByLabel('Identity name').waitFor()
await click(watched, 'button', 'Connect')
await click(watched, 'button', 'Test now')
await page.getByText('200 in', { exact: false }).last().waitFor()
await picture('connect')
await page.getByLabel('I have stored it').check()
await click(watched, 'button', 'Done')
await click(watched, 'link', 'Projects')
await button('Add New Project').waitFor()
await picture('overview')
await click(watched, 'link', 'Access Control')
await page.getByRole('cell').first().waitFor()
await picture('identities')
await machinePictures(watched, picture)
await organizationPictures(watched, picture)
await click(watched, 'link', 'Projects')
await click(watched, 'link', /^Shop/)
await page.getByRole('rowheader', { name: 'REDIS_URL' }).waitFor()
await phonePicture(watched, picture)
await morePictures(watched, picture)
await page.emulateMedia({ colorScheme: 'dark' })
await click(watched, 'link', 'Secrets')
await page.getByRole('rowheader', { name: 'REDIS_URL' }).waitFor()
await picture('grid-dark')
await click(watched, 'link', 'Settings')
await page.getByRole('tab', { name: 'Environments' }).click()
await picture('settings-dark')
await browser.close()
