// The grid: what is pending, reviewed and committed, and that values stay on the server until asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, api, click, commit, onPage, SERVER, signIn, typeSecret } from './harness.js'

const VALUE = 'correct-value-of-the-secret'

const inNewProject = (name, run) =>
  onPage(async (watched) => {
    await signIn(watched)
    await run(watched, await addProject(watched, name))
  })

test('no value is in an answer, the address, the storage or the page before it is revealed', async () => {
  await inNewProject('Hidden', async (watched, project) => {
    const { page } = watched
    await typeSecret(watched, 'TOKEN', VALUE)
    await commit(watched)
    const answers = []
    page.on('response', async (response) => {
      const type = response.headers()['content-type'] ?? ''
      if (type.includes('json')) answers.push(await response.text().catch(() => ''))
    })
    await page.reload()
    await page.getByRole('rowheader', { name: 'TOKEN' }).waitFor()
    const held = await page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        location.href,
        ...Object.values({ ...localStorage, ...sessionStorage }),
      ].join(),
    )
    for (const text of [held, ...answers]) assert.ok(!text.includes(VALUE))
    assert.ok(page.url().includes(project))

    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await page.getByText(VALUE).waitFor()
    await page.keyboard.press('r')
    await page.getByText(VALUE).waitFor({ state: 'detached' })
    await page.keyboard.press('c')
    await page.getByText('Copied the value of TOKEN', { exact: false }).waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), VALUE)
    assert.ok(!(await page.content()).includes(VALUE))
  })
})

test('a mask says nothing about the length of a value', async () => {
  await inNewProject('Masks', async (watched) => {
    const { page } = watched
    await typeSecret(watched, 'LONG', 'x'.repeat(300))
    await typeSecret(watched, 'SHORT', 'xyz')
    await commit(watched)
    const masks = await page
      .locator('[role=gridcell] > span:first-child')
      .evaluateAll((all) => all.map((one) => one.outerHTML))
    assert.ok(masks.length >= 6)
    assert.equal(new Set(masks).size, 1)
  })
})

test('a commit is all or nothing, shows who was faster, and can be taken back', async () => {
  await inNewProject('Conflict', async (watched, project) => {
    const { page } = watched
    await typeSecret(watched, 'A', '1')
    await typeSecret(watched, 'B', '1')
    await commit(watched)
    // Without the events the page learns of the other only by committing.
    await page.route('**/api/v1/events/**', (route) => route.abort())
    await page.reload()
    await page.getByRole('rowheader', { name: 'A' }).waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('mine')
    await page.keyboard.press('Enter')

    await click(watched, 'button', 'Review')
    await api('PATCH', '/api/v4/secrets/A', {
      projectId: project,
      environment: 'dev',
      secretPath: '/',
      secretValue: 'theirs',
    })
    await page.getByRole('button', { name: /^Commit \d/ }).click()
    await page.getByText('it has version 2 now', { exact: false }).waitFor()
    await click(watched, 'button', 'Keep mine')
    await page.getByRole('button', { name: /^Commit \d/ }).click()
    await page.getByText('Committed.').waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await page.getByText('mine', { exact: true }).waitFor()

    const note = page.getByRole('status').filter({ hasText: 'Committed.' })
    await note.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('taken back', { exact: false }).waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await page.getByText('theirs', { exact: true }).waitFor()
  })
})

test('a pasted .env file is previewed, chosen from and committed to several environments', async () => {
  await inNewProject('Import', async (watched) => {
    const { page } = watched
    await click(watched, 'button', 'Import')
    await page
      .getByLabel('Text', { exact: true })
      .fill('# url\nexport URL="a#b"\nKEY=\'two\nlines\'\nnonsense\nbad name=1\n')
    await page.getByText('Line 5', { exact: false }).waitFor()
    await page.getByLabel('Production').last().check()
    await click(watched, 'button', 'Add 2 to the changes')
    await page.getByText('4 changes not committed').first().waitFor()
    await commit(watched)
    await page.getByRole('rowheader', { name: 'URL' }).waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('r')
    await page.getByText('a#b').waitFor()
  })
})

test('folders are made, opened and filled', async () => {
  await inNewProject('Folders', async (watched) => {
    const { page } = watched
    await click(watched, 'button', 'New folder')
    await page.getByLabel('Folder name').fill('api')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'api')
    await page.getByText('No secrets here yet').waitFor()
    await typeSecret(watched, 'INSIDE', 'x')
    await commit(watched)
    await page.reload()
    await page.getByRole('rowheader', { name: 'INSIDE' }).waitFor()
    assert.ok(page.url().includes('secretPath=%2Fapi'))
  })
})

test('an unknown page says so, and an unknown API route answers in JSON', async () => {
  await inNewProject('Unknown', async ({ page }) => {
    await page.goto(`${SERVER}/nowhere`)
    await page.getByText('This page does not exist').waitFor()
    const answer = await fetch(`${SERVER}/api/nowhere`, { headers: { accept: 'text/html' } })
    assert.equal(answer.status, 404)
    assert.ok(answer.headers.get('content-type')?.includes('json'))
  })
})
