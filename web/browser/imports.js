// Imports: adding and ordering them, and keys that a folder has from elsewhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, onPage, signIn, typeSecret } from './harness.js'

const VALUE = 'correct-value-of-the-secret'

const onlyIn = async ({ page }, name) => {
  for (const one of ['Development', 'Staging', 'Production'])
    await page.getByRole('checkbox', { name: one }).setChecked(one === name)
}

test('imports are added, ordered and removed, and imported keys say where they come from', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Imports')
    await onlyIn(watched, 'Production')
    await typeSecret(watched, 'SHARED_HOST', VALUE)
    await onlyIn(watched, 'Staging')
    await typeSecret(watched, 'SHARED_HOST', `${VALUE}-staging`)
    await onlyIn(watched, 'Development')
    await typeSecret(watched, 'OWN', 'x')
    await commit(watched)
    await click(watched, 'button', 'Dismiss')

    await click(watched, 'button', 'More commands')
    await click(watched, 'menuitem', 'Secret imports')
    const sheet = page.getByRole('dialog')
    for (const source of ['prod', 'staging']) {
      await sheet.getByLabel('From environment').selectOption(source)
      await sheet.getByRole('button', { name: 'Add import' }).click()
      await sheet
        .getByRole('listitem')
        .filter({ hasText: `${source}:/` })
        .first()
        .waitFor()
    }
    // The last one counts.
    const cell = page.locator('[role=row]', { hasText: 'SHARED_HOST' }).locator('[role=gridcell]').first()
    await cell.getByText('from staging:/').waitFor()
    await sheet.getByRole('button', { name: 'Move prod:/ down' }).focus()
    await page.keyboard.press('Alt+ArrowDown')
    await cell.getByText('from prod:/').waitFor()
    await page.keyboard.press('Escape')
    assert.ok(!(await page.content()).includes(VALUE))

    // The grid shows the source as a row of its own, which leads to the imports.
    await page.getByRole('rowheader', { name: 'prod:/' }).waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('Enter')
    await sheet.getByText('Where two have the same key', { exact: false }).waitFor()
    await sheet.getByRole('button', { name: 'Remove the import of staging:/' }).click()
    await sheet.getByText('staging:/', { exact: true }).waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await page.getByRole('rowheader', { name: 'staging:/' }).waitFor({ state: 'detached' })

    // An imported value is revealed from where it is; a value of ones own hides it.
    await cell.click()
    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await cell.getByText(VALUE, { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('own')
    await page.keyboard.press('Enter')
    await page.getByText('1 change not committed').first().waitFor()
    await commit(watched)
    await cell.getByText('from prod:/').waitFor({ state: 'detached' })
  })
})

test('an import that leads back to its folder is refused in words', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Circles')
    await click(watched, 'button', 'More commands')
    await click(watched, 'menuitem', 'Secret imports')
    await page.getByRole('dialog').getByLabel('From environment').selectOption('dev')
    await page.getByRole('button', { name: 'Add import' }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByText('This folder imports nothing yet.').waitFor()
  })
})
