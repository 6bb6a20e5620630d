// The versions of a secret: seen, revealed one by one, and brought back through the review.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, editCell, onPage, signIn, typeSecret } from './harness.js'

const OLD = 'the-first-value-of-it'
const NEW = 'the-second-value-of-it'

test('an old version is revealed, compared and restored as a pending change, from the keyboard', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Versions')
    await page.getByRole('checkbox', { name: 'Staging' }).uncheck()
    await page.getByRole('checkbox', { name: 'Production' }).uncheck()
    await typeSecret(watched, 'TOKEN', OLD)
    await commit(watched)
    await click(watched, 'button', 'Dismiss')
    await editCell(watched, NEW)
    await commit(watched)
    await click(watched, 'button', 'Dismiss')

    const answers = []
    page.on('response', async (response) => answers.push(await response.text().catch(() => '')))
    await page.getByRole('grid').focus()
    await page.keyboard.press('h')
    const sheet = page.getByRole('dialog')
    await sheet.getByText('Version 1', { exact: true }).waitFor()
    assert.equal(await sheet.getByRole('tab', { name: 'Versions' }).getAttribute('aria-selected'), 'true')
    assert.ok(!(await page.content()).includes('value-of-it'))
    for (const answer of answers) assert.ok(!answer.includes('value-of-it'))

    await sheet.getByRole('button', { name: 'Reveal Version 1', exact: true }).click()
    await sheet.getByText(OLD, { exact: true }).waitFor()
    await sheet.getByRole('button', { name: 'Hide Version 1', exact: true }).click()
    await sheet.getByText(OLD, { exact: true }).waitFor({ state: 'detached' })
    await sheet.getByRole('button', { name: 'Copy value of Version 1', exact: true }).click()
    await page.getByText('Copied the value', { exact: false }).waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), OLD)
    await sheet.getByRole('button', { name: 'Reveal what changed from version 1 to version 2' }).click()
    await sheet.locator('del').first().waitFor()

    await sheet.getByRole('button', { name: 'Restore Version 1' }).focus()
    await page.keyboard.press('Enter')
    await sheet.waitFor({ state: 'detached' })
    await page.getByText('1 change not committed').first().waitFor()
    await commit(watched)
    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await page.getByText(OLD, { exact: true }).waitFor()
    await page.keyboard.press('h')
    await sheet.getByText('Version 3', { exact: true }).waitFor()
    await sheet.getByLabel('Compare each with').selectOption('the present one')
    await sheet.getByRole('button', { name: 'Reveal what changed from version 1 to version 3' }).click()
    await sheet.getByText('the value is the same').waitFor()
  })
})
