// The sheets of the secrets page and what leads on from the history, one after the other, for axe to look at.
import { visit } from './harness.js'

/** The pages and sheets that lead on from a page: a commit with its ways back, and everything about one secret. */
async function checkHistory(page, project, look) {
  await visit(page, `/project/${project}/history`)
  await page.locator('table a').first().click()
  const restore = page.getByRole('button', { name: 'Restore to this point' })
  await restore.waitFor()
  await look('commit')
  for (const button of ['Restore to this point', 'Take this commit back']) {
    await page.getByRole('button', { name: button }).click()
    await page.locator('dialog[open]').waitFor()
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
    await look(button)
    await page.keyboard.press('Escape')
  }
}

async function checkSecret(page, project, look) {
  await visit(page, `/project/${project}/secrets/overview`)
  await page.getByRole('grid').focus()
  // The last row is a key; those above may be folders and imports.
  for (const key of ['Control+End', 'Home', 'ArrowRight', 'i']) await page.keyboard.press(key)
  const tabs = page.getByRole('dialog').getByRole('tab')
  await tabs.first().waitFor()
  for (const name of await tabs.allTextContents()) {
    await tabs.filter({ hasText: name }).click()
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
    await look(`secret, ${name}`)
  }
  await page.keyboard.press('Escape')
}

/** The editor of a cell with its list of what can be referred to, and with a reference to nothing. */
async function checkEditor(page, project, look) {
  await visit(page, `/project/${project}/secrets/overview`)
  await page.getByRole('grid').focus()
  for (const key of ['Control+End', 'Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
  await page.keyboard.type('$' + '{')
  await page.getByRole('listbox').waitFor()
  await look('references')
  await page.keyboard.type('NOWHERE} ')
  await page.getByText('Leads to nothing', { exact: false }).waitFor()
  await look('lost reference')
  await page.keyboard.press('Enter')
  await look('pending lost reference')
}

async function checkImports(page, project, look) {
  await visit(page, `/project/${project}/secrets/overview`)
  await page.getByRole('button', { name: 'More commands' }).click()
  await look('commands')
  await page.getByRole('menuitem', { name: 'Secret imports' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('From environment').selectOption('prod')
  // Once it is there it stays: the next mode finds it.
  if (!(await sheet.getByRole('listitem').count()))
    await sheet.getByRole('button', { name: 'Add import' }).click()
  await sheet.getByRole('listitem').first().waitFor()
  await look('imports')
  await page.keyboard.press('Escape')
  await look('grid with imports')
}

/** Each opens its screens in a project that has a secret `FOO`, and looks at every one. */
export const SECRETS_SCREENS = [checkHistory, checkSecret, checkImports, checkEditor]
