// The settings of a project: webhooks against a receiver of this test, retention, tags, and what the API gives out.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'

import { addProject, api, click, commit, onPage, SERVER, signIn, typeSecret } from './harness.js'

/** Runs a test with a receiver of webhooks that answers with `status` and remembers `requests`. */
async function withReceiver(run) {
  const receiver = { status: 200, requests: [] }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      receiver.requests.push({ headers: request.headers, body: JSON.parse(body) })
      response.writeHead(receiver.status).end()
    })
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  receiver.url = `http://127.0.0.1:${server.address().port}/hook`
  try {
    await run(receiver)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function openSettings(watched, project, part) {
  await watched.page.goto(`${SERVER}/project/${project}/settings?part=${part}`)
  await watched.page.getByRole('tab', { selected: true }).waitFor()
}

const menu = async (watched, item) => {
  await watched.page.getByRole('button', { name: /^More for/ }).click()
  await click(watched, 'menuitem', item)
}

test('a webhook is made, tested, followed, turned off and deleted', async () => {
  await withReceiver(async (receiver) => {
    await onPage(async (watched) => {
      const { page } = watched
      await signIn(watched)
      const project = await addProject(watched, 'Hooks')
      await openSettings(watched, project, 'webhooks')
      await page.getByText('No webhooks').waitFor()
      await click(watched, 'button', 'Add webhook')
      await page.getByLabel('Address').fill(receiver.url)
      await page.getByLabel('Secret key').fill('signing key')
      await page.getByLabel('Folder').fill('/app/**')
      await page.keyboard.press('Enter')
      await page.getByText('nothing sent yet').waitFor()
      await page.getByText('/app/**').waitFor()

      await click(watched, 'button', `Test now: ${receiver.url}`)
      await page.getByText('The test was delivered.').waitFor()
      await page.getByRole('cell', { name: /^delivered/ }).waitFor()
      const [sent] = receiver.requests
      assert.equal(sent.body.event, 'test')
      assert.match(sent.headers['x-infisical-signature'], /^t=\d+;[0-9a-f]{64}$/)
      assert.ok(!(await page.content()).includes('signing key'))

      receiver.status = 500
      await click(watched, 'button', `Test now: ${receiver.url}`)
      await page.getByText(/^The test failed:/).waitFor()
      await page.getByRole('cell', { name: /^failed/ }).waitFor()

      await menu(watched, 'Turn off')
      await page.getByRole('cell', { name: 'off', exact: true }).waitFor()
      assert.ok(await page.getByRole('button', { name: `Test now: ${receiver.url}` }).isDisabled())
      await menu(watched, 'Turn on')
      await page.getByRole('cell', { name: /^failed/ }).waitFor()

      await menu(watched, 'Delete')
      await click(watched, 'button', 'Delete')
      await page.getByText('No webhooks').waitFor()
    })
  })
})

test('deliveries of a webhook say what was sent, what waits and why', async () => {
  await withReceiver(async (receiver) => {
    receiver.status = 503
    await onPage(async (watched) => {
      const { page } = watched
      await signIn(watched)
      const project = await addProject(watched, 'Deliveries')
      await openSettings(watched, project, 'webhooks')
      await click(watched, 'button', 'Add webhook')
      await page.getByLabel('Address').fill(receiver.url)
      await page.keyboard.press('Enter')
      await page.getByText('nothing sent yet').waitFor()
      await click(watched, 'link', 'Secrets')
      await typeSecret(watched, 'TOLD', 'value')
      await commit(watched)
      await openSettings(watched, project, 'webhooks')
      await menu(watched, 'Deliveries')
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('cell', { name: 'Waiting' }).waitFor()
      await dialog.getByText('503').waitFor()
      await dialog.getByLabel('Status').selectOption('Given up')
      await dialog.getByText('Nothing here').waitFor()
      await page.keyboard.press('Escape')
    })
  })
})

test('versions kept, tags with a colour, and readers named before a project is deleted', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Kept')
    await typeSecret(watched, 'FOO', 'BAR')
    await commit(watched)
    await openSettings(watched, project, 'retention')
    await page.getByLabel('Versions kept of each secret').fill('25')
    await page.keyboard.press('Enter')
    await page.getByText('Saved.').waitFor()
    const { project: changed } = await api('GET', `/api/v1/projects/${project}`)
    assert.equal(changed.pitVersionLimit, 25)

    await openSettings(watched, project, 'tags')
    await click(watched, 'button', 'Add tag')
    await page.getByLabel('Tag name').fill('payments')
    await page.getByLabel('Colour').fill('#aa3300')
    await click(watched, 'button', 'Save')
    await click(watched, 'button', 'Change payments')
    assert.equal(await page.getByLabel('Colour').inputValue(), '#aa3300')
    await page.getByLabel('Tag name').fill('billing')
    await click(watched, 'button', 'Save')
    await click(watched, 'button', 'Delete billing')
    await click(watched, 'button', 'Delete')
    await page.getByText('No tags yet.').waitFor()

    await api('GET', `/api/v4/secrets/FOO?projectId=${project}&environment=dev&secretPath=/`)
    await openSettings(watched, project, 'danger')
    await click(watched, 'button', 'Delete this project')
    await page.getByText('With all secrets in Development, Staging, Production.').waitFor()
    await page.getByText('Read in the last 7 days by ada@example.com.').waitFor()
    await page.getByRole('dialog').getByRole('textbox').fill(changed.slug)
    await click(watched, 'button', 'Delete')
    await page.waitForURL(/overview/)
  })
})

test('without plaintext API reads the API gives no values, and the dashboard still does', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Sealed')
    await typeSecret(watched, 'FOO', 'BAR')
    await commit(watched)
    const read = () => api('GET', `/api/v4/secrets/FOO?projectId=${project}&environment=dev&secretPath=/`)
    assert.equal((await read()).secret.secretValue, 'BAR')

    await openSettings(watched, project, 'encryption')
    const plaintext = page.getByRole('checkbox', { name: 'Plaintext API reads' })
    assert.ok(await plaintext.isChecked())
    await plaintext.click()
    await page.getByText('Saved.').waitFor()
    assert.ok(!(await plaintext.isChecked()))
    assert.equal((await read()).statusCode, 403)

    await click(watched, 'link', 'Secrets')
    await page.getByRole('grid').focus()
    await page.keyboard.press('r')
    await page.getByText('BAR', { exact: true }).waitFor()

    await openSettings(watched, project, 'encryption')
    await plaintext.click()
    await page.getByText('Saved.').waitFor()
    assert.equal((await read()).secret.secretValue, 'BAR')
  })
})
