// Backups as an administrator of the server sees them: how old, whether they can be restored, making and keeping one.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

import { api, click, onPage, signIn, visit } from './harness.js'

const BACKUPS = '/api/ui/v1/admin/backups'

test('an administrator of the server backs it up, checks that and takes the file along', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.waitForURL(/overview/)
    await visit(page, '/admin?tab=backups')
    await page.getByText('This server makes one every 1 day').waitFor()
    const before = (await api('GET', BACKUPS)).backups.length
    await click(watched, 'button', 'Back up now')
    await page.getByText('The backup was made and can be restored.').waitFor()
    const { backups, lastMade } = await api('GET', BACKUPS)
    assert.equal(backups.length, before + 1)
    const row = page.getByRole('row').filter({ has: page.getByLabel(`Download ${lastMade.fileName}`) })
    await row.getByText('passed', { exact: true }).waitFor()
    await page.getByText(/^passed, just now$/).waitFor()
    await click(watched, 'button', `Restore ${lastMade.fileName} on trial`)
    await page.getByText('The backup can be restored.', { exact: true }).waitFor()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      click(watched, 'button', `Download ${lastMade.fileName}`),
    ])
    assert.equal(saved.suggestedFilename(), lastMade.fileName)
    const bytes = await readFile(await saved.path())
    assert.equal(bytes.subarray(0, 8).toString(), 'TACITBAK')
    assert.equal(bytes.length, lastMade.sizeBytes)
  })
})

test('a server that makes none says how to get them', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await page.route(`**${BACKUPS}`, (route) =>
      route.fulfill({
        json: { schedule: null, backups: [], ageSeconds: null, lastMade: null, lastChecked: null },
      }),
    )
    await signIn(watched)
    await page.waitForURL(/overview/)
    await visit(page, '/admin?tab=backups')
    await page.getByText('This server makes no backups.').waitFor()
    await page.getByText(/--backup-dir/).waitFor()
  })
})
