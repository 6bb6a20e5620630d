// References: completed while typing, marked where they lead to nothing, and known the other way round.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, click, commit, editCell, onPage, signIn, typeSecret } from './harness.js'

const onlyIn = async ({ page }, name) => {
  for (const one of ['Development', 'Staging', 'Production'])
    await page.getByRole('checkbox', { name: one }).setChecked(one === name)
}

const inNewProject = (name, run) =>
  onPage(async (watched) => {
    await signIn(watched)
    await addProject(watched, name)
    await run(watched)
  })

test('typing ${ offers names here, then environments, folders and their keys, all from the keyboard', async () => {
  await inNewProject('Completion', async (watched) => {
    const { page } = watched
    await click(watched, 'button', 'New folder')
    await page.getByLabel('Folder name').fill('api')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'api')
    await onlyIn(watched, 'Production')
    await typeSecret(watched, 'INSIDE', 'x')
    await commit(watched)
    await click(watched, 'button', 'Dismiss')
    await click(watched, 'link', 'All folders')
    await onlyIn(watched, 'Development')
    await typeSecret(watched, 'DB_HOST', 'db')
    await typeSecret(watched, 'URL', 'x')
    await commit(watched)
    await click(watched, 'button', 'Dismiss')

    await page.getByRole('rowheader', { name: 'URL' }).waitFor()
    await page.getByRole('grid').focus()
    for (const key of ['Control+End', 'Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
    const field = page.getByRole('textbox', { name: 'URL, Development' })
    await page.keyboard.type('http://${')
    const list = page.getByRole('listbox', { name: 'What can be referred to' })
    await list.waitFor()
    assert.deepEqual(await list.locator('code').allTextContents(), ['DB_HOST', 'dev.', 'staging.', 'prod.'])
    await page.keyboard.press('Enter')
    assert.equal(await field.inputValue(), 'http://${DB_HOST}')
    await list.waitFor({ state: 'detached' })

    await page.keyboard.type('/${pr')
    await list.getByText('prod.').waitFor()
    await page.keyboard.press('Tab')
    await list.getByText('api.').waitFor()
    const active = await field.getAttribute('aria-activedescendant')
    assert.equal(await page.locator(`[id="${active}"]`).getAttribute('aria-selected'), 'true')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await list.getByText('INSIDE').waitFor()
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    assert.equal(await field.inputValue(), 'http://${DB_HOST}/${prod.api.')
    await page.keyboard.type('I')
    await list.getByText('INSIDE').click()
    assert.equal(await field.inputValue(), 'http://${DB_HOST}/${prod.api.INSIDE}')
    await page.keyboard.press('Enter')
    await page.getByText('1 change not committed').first().waitFor()
  })
})

test('a reference to nothing is marked while typing, in the grid and in the review', async () => {
  await inNewProject('Lost', async (watched) => {
    const { page } = watched
    await onlyIn(watched, 'Development')
    await typeSecret(watched, 'URL', 'x')
    await commit(watched)
    await click(watched, 'button', 'Dismiss')
    await page.getByRole('grid').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('${URL} ${NOWHERE} ${prod.URL} ${dev.no.such.KEY}')
    const note = 'Leads to nothing: ${NOWHERE}, ${prod.URL}, ${dev.no.such.KEY}'
    await page.getByText(note).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('#cell-0-1').getByRole('img', { name: note }).waitFor()
    await click(watched, 'button', 'Review')
    await page.getByRole('dialog').getByText(note).waitFor()
    await page.keyboard.press('Escape')
    // What is pending counts as there.
    await typeSecret(watched, 'NOWHERE', 'y')
    await click(watched, 'button', 'Review')
    await page.getByRole('dialog').getByText('Leads to nothing: ${prod.URL}, ${dev.no.such.KEY}').waitFor()
  })
})

test('renaming what others refer to says so and takes the references along', async () => {
  await inNewProject('Used', async (watched) => {
    const { page } = watched
    await onlyIn(watched, 'Development')
    await typeSecret(watched, 'HOST', 'db')
    await typeSecret(watched, 'URL', 'x')
    await commit(watched)
    await click(watched, 'button', 'Dismiss')
    await page.getByRole('grid').focus()
    for (const key of ['Control+End', 'Home', 'ArrowRight']) await page.keyboard.press(key)
    await editCell(watched, 'http://${HOST}')
    await commit(watched)
    await click(watched, 'button', 'Dismiss')

    await page.getByRole('grid').focus()
    for (const key of ['Control+Home', 'ArrowRight', 'i']) await page.keyboard.press(key)
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('tab', { name: 'Used by' }).click()
    await sheet.getByRole('link', { name: 'URL' }).waitFor()
    await sheet.getByRole('tab', { name: 'Details' }).click()
    await sheet.getByLabel('Key').fill('SERVER')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'Review')
    await sheet.getByText('1 secret refers to it.', { exact: false }).waitFor()
    await sheet.getByText('dev:/URL').waitFor()
    await sheet.getByLabel('Give the references the new name').check()
    await page.getByRole('button', { name: /^Commit \d/ }).click()
    await page.getByText('Committed.').waitFor()
    await click(watched, 'button', 'Dismiss')
    await page.getByRole('rowheader', { name: 'SERVER' }).waitFor()
    await page.getByRole('grid').focus()
    for (const key of ['Control+End', 'Home', 'ArrowRight', 'r']) await page.keyboard.press(key)
    await page.getByText('http://${SERVER}').waitFor()

    // Deleting it breaks the reference; deleting both breaks nothing.
    for (const key of ['Control+Home', 'ArrowRight', 'Delete']) await page.keyboard.press(key)
    await click(watched, 'button', 'Review')
    await sheet.getByText('Their references will be empty text.', { exact: false }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('grid').focus()
    for (const key of ['Control+End', 'Home', 'ArrowRight', 'Delete']) await page.keyboard.press(key)
    await click(watched, 'button', 'Review')
    await page.getByRole('button', { name: /^Commit 2/ }).waitFor()
    await sheet.getByText('refers to it', { exact: false }).waitFor({ state: 'detached' })
  })
})
