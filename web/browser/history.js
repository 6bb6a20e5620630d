// The history of a project: reading commits, taking one back, going back with a preview, and the end of what is kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, editCell, onPage, SERVER, signIn, typeSecret } from './harness.js'

const FIRST = 'the-first-value-of-it'
const SECOND = 'the-second-value-of-it'

const inNewProject = (name, run) =>
  onPage(async (watched) => {
    await signIn(watched)
    const project = await addProject(watched, name)
    await watched.page.getByRole('checkbox', { name: 'Staging' }).uncheck()
    await watched.page.getByRole('checkbox', { name: 'Production' }).uncheck()
    await run(watched, project)
  })

/** Commits what is pending with a message and waits for its note to be gone. */
async function commitAs(watched, message) {
  await click(watched, 'button', 'Review')
  await watched.page.getByLabel('Message (optional)').fill(message)
  await watched.page.keyboard.press('Enter')
  await watched.page.getByText('Committed.').waitFor()
  await click(watched, 'button', 'Dismiss')
}

test('a commit is found by its message, its values are shown on request, and it is taken back', async () => {
  await inNewProject('History', async (watched) => {
    const { page } = watched
    await typeSecret(watched, 'TOKEN', FIRST)
    await commitAs(watched, 'Begin')
    await editCell(watched, SECOND)
    await commitAs(watched, 'Rotate the token')

    await click(watched, 'link', 'History')
    await page.getByRole('link', { name: /Begin/ }).waitFor()
    await page.getByLabel('Message or author').fill('rotate')
    await page.getByRole('link', { name: /Begin/ }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /Rotate the token/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Rotate the token' }).waitFor()
    assert.ok(!(await page.content()).includes('value-of-it'))
    await page.getByRole('button', { name: 'Reveal the value of TOKEN' }).click()
    await page.locator('ins').first().waitFor()
    assert.equal((await page.locator('pre').locator('ins, span').allTextContents()).join(''), SECOND)

    await page.getByRole('button', { name: 'Take this commit back' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('It was wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'It was wrong' }).waitFor()
    await click(watched, 'link', 'Secrets')
    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await page.getByText(FIRST, { exact: true }).waitFor()
  })
})

test('a folder goes back to a commit after a preview of what that changes, and forth again', async () => {
  await inNewProject('Going back', async (watched) => {
    const { page } = watched
    await typeSecret(watched, 'KEPT', FIRST)
    await typeSecret(watched, 'LOST', 'x')
    await commitAs(watched, 'Begin')
    await page.getByRole('grid').focus()
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('ArrowRight')
    await editCell(watched, SECOND)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    await typeSecret(watched, 'LATER', 'y')
    await commitAs(watched, 'Go on')

    await click(watched, 'link', 'History')
    await page.getByRole('link', { name: /Begin/ }).click()
    await click(watched, 'button', 'Restore to this point')
    const sheet = page.getByRole('dialog')
    await sheet.getByText('1 brought back, 1 changed, 1 deleted').waitFor()
    assert.ok(!(await page.content()).includes('value-of-it'))
    await sheet.getByLabel('What goes back').selectOption('project')
    await sheet.getByText('1 brought back, 1 changed, 1 deleted').waitFor()
    await click(watched, 'button', 'Restore 3 changes')
    const note = page.getByRole('status').filter({ hasText: 'Restored.' })
    await note.waitFor()
    await click(watched, 'link', 'Secrets')
    await page.getByRole('rowheader', { name: 'LOST' }).waitFor()
    assert.equal(await page.getByRole('rowheader', { name: 'LATER' }).count(), 0)
    await note.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('rowheader', { name: 'LATER' }).waitFor()
    await page.getByRole('rowheader', { name: 'LOST' }).waitFor({ state: 'detached' })
  })
})

test('a state that is no longer kept is refused in words, before anything happens', async () => {
  await inNewProject('Forgotten', async (watched, project) => {
    const { page } = watched
    await typeSecret(watched, 'TOKEN', '0')
    await commitAs(watched, 'Begin')
    await page.goto(`${SERVER}/project/${project}/settings?part=retention`)
    await page.getByLabel('Versions kept of each secret').fill('1')
    await click(watched, 'button', 'Save')
    await page.getByText('Saved.').waitFor()
    await click(watched, 'link', 'Secrets')
    await page.getByRole('rowheader', { name: 'TOKEN' }).waitFor()
    await editCell(watched, '1')
    await commit(watched)
    await click(watched, 'link', 'History')
    await page.getByRole('link', { name: /Begin/ }).click()
    await page.getByText('What it was is no longer kept.').waitFor()
    await click(watched, 'button', 'Restore to this point')
    await page.getByText('So old a state is no longer kept', { exact: false }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Restore 0 changes' }).isDisabled())
  })
})
