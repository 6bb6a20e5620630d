// What others commit reaches the grid by itself, and takes nothing away from who is working in it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, machine, onPage, signIn, typeSecret } from './harness.js'

/** A project with some secrets open in the grid, and a machine that changes them. */
const withOther = (name, run) =>
  onPage(async (watched) => {
    await signIn(watched)
    const project = await addProject(watched, name)
    await typeSecret(watched, 'FOO', 'one')
    await typeSecret(watched, 'GONE', 'one')
    await commit(watched)
    await watched.page.getByRole('rowheader', { name: 'GONE' }).waitFor()
    const ask = await machine(project, 'deployer')
    const change = (method, key, value) =>
      ask(method, `/api/v4/secrets/${key}`, {
        projectId: project,
        environment: 'dev',
        secretPath: '/',
        ...(value === undefined ? {} : { secretValue: value }),
      })
    await run(watched, change)
  })

const row = (page, name) => page.getByRole('rowheader', { name })

test('what somebody else adds, changes and deletes appears by itself, and the page says who', async () => {
  await withOther('Live', async ({ page }, change) => {
    await change('POST', 'FROM_MACHINE', 'x')
    await row(page, 'FROM_MACHINE').waitFor()
    await page.getByText('1 value changed just now by deployer.').waitFor()
    await change('DELETE', 'FROM_MACHINE')
    await row(page, 'FROM_MACHINE').waitFor({ state: 'detached' })
  })
})

test('what happens while the server cannot be reached is made up for afterwards', async () => {
  await withOther('Away', async ({ page, context }, change) => {
    await context.setOffline(true)
    await change('POST', 'MEANWHILE', 'x')
    await context.setOffline(false)
    await row(page, 'MEANWHILE').waitFor()
  })
})

test('a pending change that was overtaken stays, is marked, and can be kept', async () => {
  await withOther('Overtaken', async (watched, change) => {
    const { page } = watched
    await page.getByRole('grid').focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.keyboard.type('mine')
    await page.keyboard.press('Enter')
    await change('PATCH', 'FOO', 'theirs')
    await page.getByRole('gridcell').getByText('conflict').waitFor()
    await page.getByText('mine', { exact: true }).waitFor()
    await click(watched, 'button', 'Review')
    await page.getByText('Somebody changed it meanwhile; it has version 2 now.').waitFor()
    await click(watched, 'button', 'Keep mine')
    await page.getByRole('button', { name: /^Commit 1/ }).click()
    await page.getByText('Committed.').last().waitFor()
  })
})

test('nothing moves under a hand that types, and the row in use stays where it is', async () => {
  await withOther('Still', async ({ page }, change) => {
    await page.getByRole('grid').focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.keyboard.type('half a val')
    await change('POST', 'AAA_FIRST', 'x')
    await change('DELETE', 'GONE')
    assert.equal(await page.locator('textarea[aria-label*=GONE]').inputValue(), 'half a val')
    await page.keyboard.type('ue')
    await page.keyboard.press('Enter')
    await row(page, 'AAA_FIRST').waitFor()
    await page.getByText('half a value', { exact: true }).waitFor()
    const active = await page.getByRole('grid').getAttribute('aria-activedescendant')
    const inRow = page.locator(`[role=row]:has(#${active})`)
    await inRow.getByText('GONE').waitFor()
  })
})
