// Everything without a mouse.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, onPage, signIn, typeSecret } from './harness.js'

const TAB_STOPS_MAX = 6

test('adding, importing, bulk deleting and committing need no mouse', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await signIn(watched)
    await addProject(watched, 'Keys')

    await typeSecret(watched, 'ONE', '1')
    await press('Control+s')
    await page.getByRole('button', { name: /^Commit 3/ }).waitFor()
    await press('Enter')
    await page.getByText('Committed.').waitFor()

    // A paste of several lines into the key field opens the import.
    await page.evaluate(() => navigator.clipboard.writeText('TWO=2\nTHREE=3\n'))
    await page.getByLabel('Key', { exact: true }).focus()
    await press('Control+v')
    await page.getByRole('button', { name: 'Add 2 to the changes' }).focus()
    await press('Enter', 'Control+s')
    await page.getByRole('button', { name: /^Commit 2/ }).waitFor()
    await press('Enter')
    await page.getByText('changes not committed').first().waitFor({ state: 'detached' })

    await page.getByRole('grid').focus()
    await press('Control+a', 'Delete', 'Control+s')
    await page.getByRole('button', { name: /^Commit 5/ }).waitFor()
    await press('Enter')
    await page.getByText('No secrets here yet').waitFor()
  })
})

test('the first secret is few Tab stops away, and a change can be undone with Ctrl+Z', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Tabs')
    await typeSecret(watched, 'ONE', '1')
    await page.keyboard.press('Control+s')
    await page.getByRole('button', { name: /^Commit 3/ }).click()
    await page.reload()
    await page.getByRole('rowheader', { name: 'ONE' }).waitFor()

    let stops = 0
    const role = () => page.evaluate(() => document.activeElement?.getAttribute('role'))
    await page.keyboard.press('Tab')
    stops += 1
    // The skip link.
    await page.keyboard.press('Enter')
    while ((await role()) !== 'grid' && stops <= TAB_STOPS_MAX) {
      await page.keyboard.press('Tab')
      stops += 1
    }
    console.log(`Tab stops to the first secret: ${stops}`)
    assert.equal(await role(), 'grid')
    assert.ok(stops <= TAB_STOPS_MAX)

    await page.keyboard.press('Delete')
    await page.getByText('1 change not committed').first().waitFor()
    await page.keyboard.press('Control+z')
    await page.getByText('1 change not committed').first().waitFor({ state: 'detached' })
  })
})
