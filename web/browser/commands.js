// The palette, the search across projects, the keys, and the first steps.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, api, click, onPage, SERVER, signIn } from './harness.js'

const LEAKED = 'leaked-value-4711'

const palette = (page) => page.getByRole('combobox', { name: 'Search and commands' })
const chosen = (page) => page.getByRole('option', { selected: true })

async function seeded(watched, name) {
  const project = await addProject(watched, name)
  const { tag } = await api('POST', `/api/v1/projects/${project}/tags`, { slug: 'billing', color: '' })
  await api('POST', '/api/v2/folders', { projectId: project, environment: 'prod', path: '/', name: 'pay' })
  const secret = (key, environment, secretPath, more = {}) =>
    api('POST', `/api/v4/secrets/${key}`, {
      projectId: project,
      environment,
      secretPath,
      secretValue: 'x',
      ...more,
    })
  await secret('ZEBRA_TOKEN', 'dev', '/', { secretValue: LEAKED })
  await secret('ZEBRA_TOKEN', 'prod', '/pay', { tagIds: [tag.id] })
  await secret('OTHER', 'prod', '/pay', { secretMetadata: [{ key: 'team', value: 'web' }] })
  return project
}

test('the palette goes to pages and projects and runs what the page can do, by keyboard alone', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Alpha')
    const beta = await addProject({ ...watched, page: await home(watched) }, 'Beta')
    await page.getByRole('grid').waitFor()

    await page.keyboard.press('Control+k')
    await palette(page).fill('alph')
    await chosen(page).filter({ hasText: 'Alpha' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.includes(beta))
    await page.getByRole('heading', { name: 'Alpha' }).waitFor()

    await page.keyboard.press('Control+k')
    await palette(page).fill('webh')
    await page.keyboard.press('Enter')
    await page.getByText('No webhooks').waitFor()

    // Two letters one after the other, then a command of the page.
    await page.locator('#content').focus()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('grid').waitFor()
    await page.keyboard.press('Control+k')
    await palette(page).fill('new fold')
    await page.keyboard.press('Enter')
    await page.getByLabel('Folder name').waitFor()
    await page.keyboard.press('Escape')

    await page.keyboard.press('Control+k')
    await palette(page).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    assert.ok(await page.getByLabel('Key', { exact: true }).evaluate((one) => one === document.activeElement))
  })
})

async function home({ page }) {
  await page.getByRole('link', { name: 'Projects', exact: true }).click()
  await page.getByRole('button', { name: 'Add New Project' }).waitFor()
  return page
}

test('secrets are found in all folders and projects by name, tag and metadata', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await seeded(watched, 'Found')
    await page.goto(`${SERVER}/personal-settings`)
    await page.getByRole('button', { name: /^Search/ }).click()
    const found = page.getByRole('group', { name: 'Secrets' }).getByRole('option')
    const labels = async (typed, note) => {
      await palette(page).fill(typed)
      await page.getByRole('status').filter({ hasText: note }).waitFor()
      return found.allInnerTexts()
    }
    const zebras = await labels('zebra', '2 secrets fit.')
    assert.equal(zebras.length, 2)
    assert.match(zebras[0], /ZEBRA_TOKEN\s+Found \/ · dev/)
    assert.match((await labels('tag:billing', '1 secret fits.'))[0], /Found \/pay · prod/)
    assert.match((await labels('meta:team=web', '1 secret fits.'))[0], /OTHER/)
    await labels('zebra env:staging', 'No secret fits.')
    await labels('zebra env:prod', '1 secret fits.')
    await page.keyboard.press('Enter')
    await page.waitForURL(/secretPath=%2Fpay&q=ZEBRA_TOKEN/)
    await page.getByRole('rowheader', { name: 'ZEBRA_TOKEN' }).waitFor()
    assert.ok(page.url().includes(project))
  })
})

test('a value is found without being in an address, in the storage or in an answer', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await seeded(watched, 'Leaked')
    await page.getByRole('rowheader', { name: 'ZEBRA_TOKEN' }).waitFor()
    const answers = []
    page.on('response', async (response) => answers.push(await response.text().catch(() => '')))
    await page.keyboard.press('Control+k')
    await palette(page).fill('by value')
    await page.keyboard.press('Enter')
    await page.getByLabel('Exact value').fill(LEAKED)
    await page.keyboard.press('Enter')
    const link = page.getByRole('dialog').getByRole('link', { name: 'ZEBRA_TOKEN' })
    await link.first().waitFor()
    await page.getByText('Leaked / · dev').waitFor()
    await link.last().click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('rowheader', { name: 'ZEBRA_TOKEN' }).waitFor()
    const held = await page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        location.href,
        JSON.stringify(history.state),
        ...Object.values({ ...localStorage, ...sessionStorage }),
      ].join(),
    )
    for (const text of [held, ...watched.requests, ...answers]) assert.ok(!text.includes(LEAKED))
  })
})

test('the sheet of keys opens by its key, and letters can be turned off', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await page.locator('#content').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.goto(`${SERVER}/personal-settings`)
    await page.getByLabel('Single letters are shortcuts').uncheck()
    await page.locator('#content').focus()
    await page.keyboard.press('?')
    await page.keyboard.press('Control+k')
    await palette(page).waitFor()
    assert.equal(await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).count(), 0)
  })
})

test('the first steps tick themselves, and can be dismissed for a project', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Started')
    const steps = page.getByRole('region', { name: 'Getting started' })
    const isDone = (name) => steps.getByRole('listitem').filter({ hasText: `${name}done` })
    await steps.getByRole('button', { name: 'Add a secret' }).click()
    await page.keyboard.type('FOO')
    await page.keyboard.press('Enter')
    await page.keyboard.type('BAR')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'Review')
    await page.getByRole('button', { name: /^Commit \d/ }).click()
    await isDone('Add a secret').waitFor()
    await steps.getByRole('button', { name: 'Connect an app' }).click()
    await page.getByLabel('Identity name').waitFor()
    await click(watched, 'button', 'Connect')
    await click(watched, 'button', 'Test now')
    await page.getByText('200 in', { exact: false }).last().waitFor()
    await page.getByLabel('I have stored it').check()
    await click(watched, 'button', 'Done')
    await isDone('Connect an app').waitFor()
    await isDone('Read it from the app').waitFor()

    await steps.getByRole('button', { name: 'Dismiss the checklist' }).click()
    await steps.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('rowheader', { name: 'FOO' }).waitFor()
    const { preferences } = await api('GET', '/api/ui/v1/me/preferences')
    assert.deepEqual(preferences.dismissed, [project])
    assert.equal(await steps.count(), 0)
  })
})
