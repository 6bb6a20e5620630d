// Sessions: what happens when one ends, and handing one to the command line.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'

import { addProject, api, click, onPage, open, PERSON, SERVER, signIn, typeSecret } from './harness.js'

test('a session that ends asks for the password over the page and loses nothing', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    await addProject(watched, 'Sessions')
    await typeSecret(watched, 'KEPT', 'value')
    // Every session of the person ends, as after a change of the password elsewhere.
    await api('DELETE', '/api/v2/users/me/sessions')
    await watched.context.clearCookies()

    await click(watched, 'button', 'Review')
    await page.getByRole('button', { name: /^Commit 3/ }).click()
    await page.getByText('Sign in again').waitFor()
    await page.getByLabel('Password').fill(PERSON.password)
    await page.keyboard.press('Enter')
    await page.getByText('Committed.').waitFor()
    await page.getByRole('rowheader', { name: 'KEPT' }).waitFor()
  })
})

test('the command line gets a session at its port, or as text to paste', async () => {
  // The one request that may leave the server, to this computer: so not on a page that forbids it.
  const { page, context } = await open()
  try {
    const received = []
    const cli = createServer((request, response) => {
      response.setHeader('access-control-allow-origin', SERVER)
      response.setHeader('access-control-allow-headers', 'content-type')
      response.setHeader('access-control-allow-private-network', 'true')
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        if (request.method === 'POST') received.push(JSON.parse(body))
        response.end()
      })
    })
    await new Promise((listening) => cli.listen(0, '127.0.0.1', listening))
    const { port } = cli.address()

    await page.goto(`${SERVER}/login?callback_port=${port}`)
    await page.getByLabel('E-mail').fill(PERSON.email)
    await page.getByLabel('Password').fill(PERSON.password)
    await page.keyboard.press('Enter')
    await page.getByText('The command line is signed in').waitFor()
    cli.close()
    const [handed] = received
    assert.deepEqual(Object.keys(handed), ['email', 'privateKey', 'JTWToken', 'RefreshToken'])
    assert.equal(handed.email, PERSON.email)
    const check = await fetch(`${SERVER}/api/v1/auth/checkAuth`, {
      method: 'POST',
      headers: { authorization: `Bearer ${handed.JTWToken}` },
    })
    assert.equal(check.status, 200)

    // Nobody listens there any more.
    const again = await open()
    await again.page.goto(`${SERVER}/login?callback_port=${port}`)
    await again.page.getByLabel('E-mail').fill(PERSON.email)
    await again.page.getByLabel('Password').fill(PERSON.password)
    await again.page.keyboard.press('Enter')
    const pasted = await again.page.getByLabel('sign-in text').inputValue()
    assert.equal(JSON.parse(atob(pasted)).email, PERSON.email)
    await again.context.close()
  } finally {
    await context.close()
  }
})
