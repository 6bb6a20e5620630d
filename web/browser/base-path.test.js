// The dashboard of a server below a path of its host name. The tests that follow run there as they do at the root.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, onPage, pathOf, SERVER, setUp } from './harness.js'

const { origin, pathname: BASE } = new URL(SERVER)

test('everything is below the base path: pages, files, requests, the cookie and the API reference', async () => {
  assert.equal(BASE, '/tacit')
  await onPage(async (watched) => {
    const { page, context } = watched
    await setUp(watched)
    const project = await addProject(watched, 'Below')
    assert.match(pathOf(page), /^\/project\//)
    await page.goto(`${SERVER}/project/${project}/settings?part=webhooks`)
    await page.getByText('No webhooks').waitFor()
    await page.reload()
    await page.getByText('No webhooks').waitFor()
    await page.getByRole('link', { name: 'Secrets', exact: true }).click()
    await page.getByRole('grid').waitFor()
    for (const address of watched.requests) assert.ok(address.startsWith(`${SERVER}/`), address)
    const [cookie] = await context.cookies(SERVER)
    assert.equal(cookie.path, BASE)
    assert.equal((await context.cookies(origin)).length, 0)

    const [reference] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'API reference' }).click(),
    ])
    await reference.getByText('/api/v4/secrets', { exact: false }).first().waitFor()
    assert.equal(reference.url(), `${SERVER}/api/docs`)
  })
})

test('an address without the base path leads to the page below it', async () => {
  await onPage(async ({ page }) => {
    await page.goto(`${origin}/login`)
    await page.waitForURL(`${SERVER}/login`)
    await page.getByLabel('E-mail').waitFor()
  })
})

test('who has to sign in comes back to the page they asked for', async () => {
  await onPage(async ({ page }) => {
    await page.goto(`${SERVER}/personal-settings`)
    await page.waitForURL(/\/tacit\/login\?next=%2Fpersonal-settings$/)
  })
})

await import('./live.js')
