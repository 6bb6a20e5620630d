// axe-core on every page, in light and dark and on a phone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { onPage, SERVER, signIn } from './harness.js'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const MODES = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['390 px', { colorScheme: 'light', viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }],
]

/** The pages of somebody signed in, once an organization and a project exist. */
const pagesOf = (organization, project) => [
  `/org/${organization}/overview`,
  `/org/${organization}/members`,
  `/org/${organization}/members?selectedTab=members`,
  `/org/${organization}/members?selectedTab=roles`,
  `/org/${organization}/audit-logs`,
  `/project/${project}/secrets/overview`,
  `/project/${project}/secrets/dev`,
  `/project/${project}/compare`,
  `/project/${project}/history`,
  `/project/${project}/history?env=dev`,
  `/project/${project}/members`,
  `/project/${project}/members?selectedTab=members`,
  ...['general', 'environments', 'tags', 'encryption', 'danger'].map(
    (part) => `/project/${project}/settings?part=${part}`,
  ),
  '/personal-settings',
  '/nowhere',
]

/** Dialogs, by the page they are on and the button that opens them. */
const DIALOGS = [
  [(_, organization) => `/org/${organization}/overview`, 'Add New Project'],
  [(_, organization) => `/org/${organization}/members`, 'Create identity'],
  [(project) => `/project/${project}/secrets/overview`, 'Import'],
  [(project) => `/project/${project}/secrets/overview`, 'Export'],
  [(project) => `/project/${project}/secrets/overview`, 'New folder'],
  [(project) => `/project/${project}/secrets/overview`, 'Connect an app'],
  [(project) => `/project/${project}/members`, 'Add identity'],
  [(project) => `/project/${project}/settings?part=danger`, 'Delete this project'],
]

for (const [mode, options] of MODES) {
  test(`axe finds nothing on any page: ${mode}`, async () => {
    // The content policy would refuse the injected script; the other tests run with it.
    await onPage(
      async (watched) => {
        const { page } = watched
        await page.goto(`${SERVER}/login`)
        await page.getByLabel('E-mail').waitFor()
        await check(page, `${mode} /login`)
        await signIn(watched)
        await page.waitForURL(/overview/)
        const organization = new URL(page.url()).pathname.split('/')[2]
        await page.getByRole('link', { name: /^Billing/ }).click()
        await page.getByRole('grid').waitFor()
        const project = new URL(page.url()).pathname.split('/')[2]
        for (const path of pagesOf(organization, project)) {
          await visit(page, path)
          await check(page, `${mode} ${path}`)
        }
        await checkHistory(page, project, mode)
        await checkSecret(page, project, mode)
        await checkImports(page, project, mode)
        await checkEditor(page, project, mode)
        for (const [path, button] of DIALOGS) {
          await visit(page, path(project, organization))
          await page.getByRole('button', { name: button, exact: true }).first().click()
          await page.locator('dialog[open]').waitFor()
          await check(page, `${mode} ${button}`)
          await page.keyboard.press('Escape')
        }
      },
      { ...options, bypassCSP: true },
    )
  })
}

/** The pages and sheets that lead on from a page: a commit with its ways back, and everything about one secret. */
async function checkHistory(page, project, mode) {
  await visit(page, `/project/${project}/history`)
  await page.locator('table a').first().click()
  const restore = page.getByRole('button', { name: 'Restore to this point' })
  await restore.waitFor()
  await check(page, `${mode} commit`)
  for (const button of ['Restore to this point', 'Take this commit back']) {
    await page.getByRole('button', { name: button }).click()
    await page.locator('dialog[open]').waitFor()
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
    await check(page, `${mode} ${button}`)
    await page.keyboard.press('Escape')
  }
}

async function checkSecret(page, project, mode) {
  await visit(page, `/project/${project}/secrets/overview`)
  await page.getByRole('grid').focus()
  // The last row is a key; those above may be folders and imports.
  for (const key of ['Control+End', 'Home', 'ArrowRight', 'i']) await page.keyboard.press(key)
  const tabs = page.getByRole('dialog').getByRole('tab')
  await tabs.first().waitFor()
  for (const name of await tabs.allTextContents()) {
    await tabs.filter({ hasText: name }).click()
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
    await check(page, `${mode} secret, ${name}`)
  }
  await page.keyboard.press('Escape')
}

/** The editor of a cell with its list of what can be referred to, and with a reference to nothing. */
async function checkEditor(page, project, mode) {
  await visit(page, `/project/${project}/secrets/overview`)
  await page.getByRole('grid').focus()
  for (const key of ['Control+End', 'Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
  await page.keyboard.type('$' + '{')
  await page.getByRole('listbox').waitFor()
  await check(page, `${mode} references`)
  await page.keyboard.type('NOWHERE} ')
  await page.getByText('Leads to nothing', { exact: false }).waitFor()
  await check(page, `${mode} lost reference`)
  await page.keyboard.press('Enter')
  await check(page, `${mode} pending lost reference`)
}

async function checkImports(page, project, mode) {
  await visit(page, `/project/${project}/secrets/overview`)
  await page.getByRole('button', { name: 'More commands' }).click()
  await check(page, `${mode} commands`)
  await page.getByRole('menuitem', { name: 'Secret imports' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('From environment').selectOption('prod')
  // Once it is there it stays: the next mode finds it.
  if (!(await sheet.getByRole('listitem').count()))
    await sheet.getByRole('button', { name: 'Add import' }).click()
  await sheet.getByRole('listitem').first().waitFor()
  await check(page, `${mode} imports`)
  await page.keyboard.press('Escape')
  await check(page, `${mode} grid with imports`)
}

async function visit(page, path) {
  await page.goto(`${SERVER}${path}`)
  await page.locator('h1').first().waitFor()
  // Until no skeleton is left: what stands there then is what people use.
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
}

async function check(page, where) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document))
  const found = violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  )
  assert.deepEqual(found, [], where)
}
