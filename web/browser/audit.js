// The audit log: what narrows it, what an event tells, pages that stay, files.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { addProject, api, click, machine, onPage, SERVER, signIn } from './harness.js'

const VALUE = 'value-that-is-never-logged'

/** A project with some events, and the page of the log narrowed to it. */
const withEvents = (name, run) =>
  onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, name)
    const place = { projectId: project, environment: 'dev', secretPath: '/' }
    await api('POST', '/api/v4/secrets/FOO', { ...place, secretValue: VALUE })
    const ask = await machine(project, `${name.toLowerCase()}-reader`)
    await ask('GET', `/api/v4/secrets/FOO?${new URLSearchParams(place)}`)
    await ask(
      'GET',
      `/api/v4/secrets/FOO?${new URLSearchParams({ ...place, projectId: project, environment: 'nope' })}`,
    )
    const organization = new URL(page.url()).pathname.startsWith('/org/')
      ? new URL(page.url()).pathname.split('/')[2]
      : (await api('GET', '/api/v2/users/me/organizations')).organizations[0].id
    const log = `${SERVER}/org/${organization}/audit-logs`
    await page.goto(`${log}?project=${project}`)
    await page.getByRole('row').nth(1).waitFor()
    await run(watched, { project, log })
  })

const rows = (page) => page.getByRole('row').filter({ has: page.getByRole('cell') })

test('the log is told in sentences and narrowed by what, who and where, all of it in the address', async () => {
  await withEvents('Told', async (watched) => {
    const { page } = watched
    await page.getByLabel('What').selectOption('Secrets changed')
    await page.getByText('ada@example.com created secret FOO in dev:/ of Told.').waitFor()
    assert.equal(await rows(page).count(), 1)
    await page.getByLabel('What').selectOption('Everything')
    await page.getByLabel('Who').selectOption('told-reader')
    await page.getByText('told-reader read secret FOO in dev:/ of Told.').waitFor()
    await page.getByText('More filters').click()
    await page.getByLabel('Secret', { exact: true }).fill('NOTHING')
    await page.getByText('Nothing fits these filters').waitFor()
    await page.reload()
    await page.getByText('Nothing fits these filters').waitFor()
    await page.getByText('More filters (1)').waitFor()
    await click(watched, 'button', 'Clear filters')
    await rows(page).nth(2).waitFor()
    assert.match(page.url(), /audit-logs$/)
  })
})

test('an event shows who, from where and all its facts, and leads to those like it', async () => {
  await withEvents('Detailed', async (watched) => {
    const { page } = watched
    await page.getByLabel('What').selectOption('Secrets changed')
    await page.getByRole('button', { name: /^Details: ada@example.com created/ }).click()
    const sheet = page.getByRole('dialog', { name: 'create-secret' })
    await sheet.getByText('127.0.0.1', { exact: true }).waitFor()
    await sheet.getByText('ada@example.com (user)').waitFor()
    await sheet.getByText('"secretKey": "FOO"').waitFor()
    assert.ok(!(await page.content()).includes(VALUE))
    await sheet.getByRole('button', { name: 'Only events like this' }).click()
    await page.waitForURL(/event=create-secret/)
    await page.getByText('More filters (1)').waitFor()
  })
})

test('older events follow the ones shown, and files hold what the filter lets through', async () => {
  await withEvents('Paged', async (watched, { project }) => {
    const { page } = watched
    const many = Array.from({ length: 130 }, () => api('GET', `/api/v1/projects/${project}/tags`))
    await Promise.all(many)
    await page.reload()
    await page.getByText('100 events shown.').waitFor()
    await click(watched, 'button', 'Show older events')
    await page.getByText('That is all.').waitFor()
    const shown = await rows(page).count()
    assert.ok(shown > 130)

    await page.getByLabel('What').selectOption('Secrets changed')
    await page.getByText('1 event shown.').waitFor()
    for (const [format, pattern] of [
      ['NDJSON', /^\{"id".*"eventType":"create-secret".*\}\n$/],
      ['CSV', /^time,event,.*\r\n.*,create-secret,allowed,user,ada@example.com,Paged,/],
    ]) {
      const [file] = await Promise.all([page.waitForEvent('download'), exportAs(watched, format)])
      assert.match(readFileSync(await file.path(), 'utf8'), pattern)
    }
  })
})

async function exportAs(watched, format) {
  await click(watched, 'button', 'Export')
  await click(watched, 'menuitem', format)
}

test('filters are saved under a name, and new events appear while one watches', async () => {
  await withEvents('Watched', async (watched, { project, log }) => {
    const { page } = watched
    await page.getByLabel('What').selectOption('Secrets changed')
    await click(watched, 'button', 'Saved filters')
    await click(watched, 'menuitem', 'Save these filters …')
    await page.getByLabel('Name').fill('Changes here')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.goto(log)
    await click(watched, 'button', 'Saved filters')
    await click(watched, 'menuitem', 'Changes here')
    await page.waitForURL(/group=changes/)
    await page.getByText('1 event shown.').waitFor()

    await page.getByLabel('Watch for new events').check()
    const place = { projectId: project, environment: 'dev', secretPath: '/' }
    await api('DELETE', '/api/v4/secrets/FOO', place)
    await page.getByText('ada@example.com deleted secret FOO in dev:/ of Watched.').waitFor()
  })
})

test('the log is verified at a click, and a checkpoint and the proof of an event are files', async () => {
  await withEvents('Proven', async (watched) => {
    const { page } = watched
    const bar = page.getByRole('region', { name: 'Proof of the log' })
    await bar.getByText(/^Not verified|^Verified/).waitFor()
    await click(watched, 'button', 'Verify now')
    await bar.getByText(/^Verified up to event \d+$/).waitFor()
    const [checkpoint] = await Promise.all([
      page.waitForEvent('download'),
      click(watched, 'button', 'Download checkpoint'),
    ])
    assert.match(
      readFileSync(await checkpoint.path(), 'utf8'),
      /^tacit-audit-checkpoint-1 \S+ \d+ [0-9a-f]{64} /,
    )

    await page.getByLabel('What').selectOption('Secrets changed')
    await page.getByRole('button', { name: /^Details: ada@example.com created/ }).click()
    const sheet = page.getByRole('dialog', { name: 'create-secret' })
    const [proof] = await Promise.all([
      page.waitForEvent('download'),
      sheet.getByRole('button', { name: 'Download proof' }).click(),
    ])
    const text = readFileSync(await proof.path(), 'utf8')
    assert.equal(JSON.parse(text).event.eventType, 'create-secret')
    assert.ok(!text.includes(VALUE))
  })
})
