// Comparing two environments, and copying from one to the other through the review.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, onPage, signIn, typeSecret } from './harness.js'

const VALUE = 'correct-value-of-the-secret'

test('what differs is known without values, and missing keys are copied as pending changes', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Compare')
    await typeSecret(watched, 'SAME', VALUE)
    await page.getByRole('checkbox', { name: 'Staging' }).uncheck()
    await page.getByRole('checkbox', { name: 'Production' }).uncheck()
    await typeSecret(watched, 'ONLY_DEV', VALUE)
    await typeSecret(watched, 'OTHER', `${VALUE}-dev`)
    await page.getByRole('checkbox', { name: 'Development' }).uncheck()
    await page.getByRole('checkbox', { name: 'Production' }).check()
    await typeSecret(watched, 'OTHER', `${VALUE}-prod`)
    await commit(watched)
    await click(watched, 'button', 'Dismiss')

    await click(watched, 'button', 'More commands')
    await click(watched, 'menuitem', 'Compare environments')
    await page.getByLabel('Right environment').selectOption('prod')
    await page.getByText('1 only left, 0 only right, 1 different, 1 the same').waitFor()
    assert.equal(await page.getByRole('row', { name: /SAME/ }).count(), 0)
    await page.getByLabel('Only differences').uncheck()
    await page.getByRole('row', { name: /SAME.*the same/ }).waitFor()
    assert.ok(!(await page.content()).includes(VALUE))
    assert.ok(!page.url().includes(VALUE))
    await page.getByRole('button', { name: 'Reveal OTHER in Production' }).click()
    await page.getByText(`${VALUE}-prod`).waitFor()

    await click(watched, 'button', 'Copy 1 key to Production')
    await page.getByText('1 change not committed').first().waitFor()
    await page.getByRole('row', { name: /ONLY_DEV.*pending/ }).waitFor()
    await page.getByRole('button', { name: 'Copy OTHER to Production' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('2 changes not committed').first().waitFor()
    await commit(watched)
    await page.getByText('0 only left, 0 only right, 0 different, 3 the same').waitFor()
  })
})
