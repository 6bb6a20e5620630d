// Folders: the way through deep ones, renaming with what is pending in them, and deleting with a count.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, api, click, commit, onPage, SERVER, signIn, typeSecret } from './harness.js'

const DEEP = ['shop', 'backend', 'payments', 'provider', 'eu', 'live']

async function makeFolders(project, names) {
  let path = '/'
  for (const name of names) {
    await api('POST', '/api/v2/folders', { projectId: project, environment: 'dev', path, name })
    path = `${path === '/' ? '' : path}/${name}`
  }
  return path
}

test('a deep folder shows its beginning and end, and leads back to each part', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Deep')
    const path = await makeFolders(project, DEEP)
    await page.goto(`${SERVER}/project/${project}/secrets/overview?secretPath=${encodeURIComponent(path)}`)
    const crumbs = page.getByRole('navigation', { name: 'Folder' })
    await crumbs.getByText('live').waitFor()
    assert.deepEqual(await crumbs.getByRole('link').allTextContents(), ['All folders', 'shop', 'eu'])
    await click(watched, 'button', 'Folders in between')
    await click(watched, 'menuitem', 'payments')
    await page.waitForURL(/secretPath=%2Fshop%2Fbackend%2Fpayments$/)
    await page.getByRole('rowheader', { name: 'provider' }).waitFor()
    await click(watched, 'link', 'shop')
    await page.getByRole('rowheader', { name: 'backend' }).waitFor()
  })
})

test('a folder is renamed in all environments, and what is pending in it goes along', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Renamed')
    await click(watched, 'button', 'New folder')
    await page.getByLabel('Folder name').fill('api')
    await page.keyboard.press('Enter')
    await click(watched, 'button', 'api')
    await page.waitForURL(/secretPath/)
    await typeSecret(watched, 'TOKEN', 'value')
    await page.goBack()
    await page.getByRole('rowheader', { name: 'api' }).waitFor()

    // By keyboard: the row of the folder is the first.
    await page.getByRole('grid').focus()
    await page.keyboard.press('i')
    await page.getByText('In Development, Staging, Production.').waitFor()
    await page.getByLabel('Description').fill('Keys of the public API')
    await page.getByLabel('Folder name').fill('public-api')
    await page.keyboard.press('Enter')
    await page.getByText('The folder was changed.').waitFor()
    await click(watched, 'button', 'public-api')
    await page.waitForURL(/public-api/)
    await page.getByRole('rowheader', { name: 'TOKEN' }).waitFor()
    await commit(watched)
    const { folders } = await api('GET', `/api/v2/folders?projectId=${project}&environment=prod&path=/`)
    assert.equal(folders[0].description, 'Keys of the public API')
    const { secrets } = await api(
      'GET',
      `/api/v4/secrets?projectId=${project}&environment=prod&secretPath=/public-api`,
    )
    assert.deepEqual(
      secrets.map((one) => one.secretKey),
      ['TOKEN'],
    )
  })
})

test('deleting a folder counts what is in it and wants its name', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Emptied')
    const path = await makeFolders(project, ['old', 'inner'])
    for (const secretPath of ['/old', path]) {
      await api('POST', '/api/v4/secrets/FOO', {
        projectId: project,
        environment: 'dev',
        secretPath,
        secretValue: 'x',
      })
    }
    await page.reload()
    await page.getByRole('rowheader', { name: 'old' }).waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('Delete')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Development: 2 secrets, 1 folder').waitFor()
    assert.ok(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled())
    await dialog.getByRole('textbox').fill('old')
    await page.keyboard.press('Enter')
    await page.getByText('The folder was deleted.').waitFor()
    await page.getByRole('rowheader', { name: 'old' }).waitFor({ state: 'detached' })
    const { folders } = await api('GET', `/api/v2/folders?projectId=${project}&environment=dev&path=/`)
    assert.deepEqual(folders, [])
  })
})
