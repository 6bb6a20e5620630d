// Audit streams of an organization: made, tested, seen delivering and failing, paused and deleted.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'

import { api, click, onPage, SERVER, signIn } from './harness.js'

/** Runs a test with a receiver that answers with `status` and remembers what it was sent. */
async function withReceiver(run) {
  const receiver = { status: 200, events: [], headers: {} }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      receiver.headers = request.headers
      const lines = body.split('\n').filter(Boolean)
      if (receiver.status === 200) receiver.events.push(...lines.map((line) => JSON.parse(line)))
      response.writeHead(receiver.status).end()
    })
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  receiver.url = `http://127.0.0.1:${server.address().port}/ingest`
  try {
    await run(receiver)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const menu = async (watched, item) => {
  await watched.page.getByRole('button', { name: /^More for/ }).click()
  await click(watched, 'menuitem', item)
}

/** The event of a type, once it has arrived: a moment after it happened. */
async function received(page, receiver, type) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = receiver.events.find((event) => event.eventType === type)
    if (found) return found
    await page.waitForTimeout(50)
  }
  assert.fail(`no event of the type ${type} arrived`)
}

test('a stream is made, tested, followed, paused, let go on and deleted', async () => {
  await withReceiver(async (receiver) => {
    await onPage(async (watched) => {
      const { page } = watched
      await signIn(watched)
      const { organizations } = await api('GET', '/api/v1/organization')
      await page.goto(`${SERVER}/org/${organizations[0].id}/settings`)
      await page.getByText('No audit streams').waitFor()
      await click(watched, 'button', 'Add stream')
      await page.getByLabel('Address').fill(receiver.url)
      await page.getByLabel('Header', { exact: true }).fill('Authorization')
      await page.getByLabel('Value of the header').fill('Bearer canary')
      await page.getByLabel('Name').fill('SIEM')
      await page.keyboard.press('Enter')
      await page.getByText('SIEM').waitFor()
      await page.getByText('up to date').waitFor()
      const created = await received(page, receiver, 'create-audit-log-stream')
      assert.equal(created.eventMetadata.name, 'SIEM')
      assert.equal(receiver.headers.authorization, 'Bearer canary')
      assert.ok(!(await page.content()).includes('canary'))

      await click(watched, 'button', 'Test now: SIEM')
      await page.getByText('The test event was delivered.').waitFor()

      receiver.status = 503
      await click(watched, 'button', 'Test now: SIEM')
      await page.getByText(/^The test failed: the receiver answered with status 503/).waitFor()
      await page.getByText('failing').waitFor()
      await page.getByText(/events? waits?/).waitFor()

      await menu(watched, 'Pause')
      await page.getByRole('cell', { name: /^paused/ }).waitFor()
      receiver.status = 200
      await menu(watched, 'Go on')
      await page.getByText('up to date').waitFor()
      const numbers = receiver.events.map((event) => event.sequence).filter((number) => number !== null)
      for (let number = Math.min(...numbers); number <= Math.max(...numbers); number++)
        assert.ok(numbers.includes(number), `event ${number} is missing`)

      await menu(watched, 'Delete')
      await click(watched, 'button', 'Delete')
      await page.getByText('No audit streams').waitFor()
    })
  })
})

test('a stream into files needs a folder of the operator', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const { organizations } = await api('GET', '/api/v1/organization')
    await page.goto(`${SERVER}/org/${organizations[0].id}/settings`)
    await click(watched, 'button', 'Add stream')
    await page.getByLabel('Send to').selectOption('File on the server')
    await click(watched, 'button', 'Add stream')
    await page
      .getByText(/--audit-stream-dir/)
      .last()
      .waitFor()
    await page.getByRole('alert').waitFor()
  })
})
