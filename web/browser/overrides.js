// A value of one's own beside the shared one: never taken for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, onPage, signIn, typeSecret } from './harness.js'

const SHARED = 'the-shared-value'
const MINE = 'my-own-value-of-it'

test('a value of ones own is set, changed, marked and removed, and the shared one stays as it is', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Own')
    await page.getByRole('checkbox', { name: 'Staging' }).uncheck()
    await page.getByRole('checkbox', { name: 'Production' }).uncheck()
    await typeSecret(watched, 'TOKEN', SHARED)
    await commit(watched)
    await click(watched, 'button', 'Dismiss')

    await page.getByRole('grid').focus()
    await page.keyboard.press('m')
    const sheet = page.getByRole('dialog')
    await sheet.getByText('You use the shared value.').waitFor()
    await sheet.getByLabel('A value of your own').fill(MINE)
    await click(watched, 'button', 'Save my value')
    await page.getByText('Your value is saved.', { exact: false }).waitFor()
    await sheet.getByRole('button', { name: 'Reveal your value of TOKEN' }).click()
    await sheet.getByText(MINE).waitFor()
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    assert.ok(!(await page.content()).includes(MINE))

    // The grid shows the shared value, says so, and marks the cell.
    const cell = page.locator('#cell-0-1')
    await cell.getByText('mine', { exact: true }).waitFor()
    await page.keyboard.press('r')
    await cell.getByText(SHARED).waitFor()
    await cell.getByText('shared value').waitFor()
    await page.keyboard.press('c')
    await page.getByText('Copied the value of TOKEN that everybody shares', { exact: false }).waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), SHARED)

    await page.keyboard.press('m')
    await sheet.getByLabel('Another value').fill(`${MINE}-changed`)
    await click(watched, 'button', 'Save my value')
    await sheet.getByRole('button', { name: 'Reveal your value of TOKEN' }).click()
    await sheet.getByText(`${MINE}-changed`).waitFor()
    await click(watched, 'button', 'Remove my value')
    await click(watched, 'button', 'Remove')
    await sheet.getByText('You use the shared value.').waitFor()
    await page.keyboard.press('Escape')
    await cell.getByText('mine', { exact: true }).waitFor({ state: 'detached' })
  })
})
