// Pictures of what stands around the grid: settings, folders, the palette, the audit log. Called by screenshots.js.
import { createServer } from 'node:http'

import { api, click } from './harness.js'
import { ISSUER, signer } from './signer.js'

/** A receiver that takes everything, so that a webhook has something to show. */
async function receiver(status) {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status).end()
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${server.address().port}/hooks/shop`, close: () => server.close() }
}

/** Takes the pictures, from the grid of a project on. */
export async function morePictures(watched, picture) {
  const { page } = watched
  await click(watched, 'button', 'Change the folder payments')
  await page.getByLabel('Description').fill('Keys of the payment provider')
  await picture('folder')
  await page.keyboard.press('Escape')
  await page.getByRole('grid').focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Delete')
  await page.getByText(/^Development: \d+ secret/).waitFor()
  await picture('folder-delete')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and commands' }).fill('se')
  await page
    .getByRole('status')
    .filter({ hasText: /secrets? fits?/ })
    .waitFor()
  await picture('palette')
  await page.keyboard.press('Escape')
  await page.getByRole('grid').focus()
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await picture('shortcuts')
  await page.keyboard.press('Escape')
  await pictureWebhooks(watched, picture)
  for (const part of ['Retention', 'Tags', 'Danger']) {
    await page.getByRole('tab', { name: part }).click()
    await picture(`settings-${part.toLowerCase()}`)
  }
}

async function pictureWebhooks(watched, picture) {
  const { page } = watched
  const [good, bad] = [await receiver(200), await receiver(503)]
  await click(watched, 'link', 'Settings')
  await page.getByRole('tab', { name: 'Webhooks' }).click()
  for (const { url } of [good, bad]) {
    await click(watched, 'button', 'Add webhook')
    await page.getByLabel('Address').fill(url)
    if (url === bad.url) await picture('webhook-add')
    await page.keyboard.press('Enter')
    await click(watched, 'button', `Test now: ${url}`)
    await page.getByText('The test').last().waitFor()
    await click(watched, 'button', 'Dismiss')
  }
  await picture('webhooks')
  good.close()
  bad.close()
}

/** Takes the pictures of what is not of one project, from any page of the organization on. */
export async function organizationPictures(watched, picture) {
  const { page } = watched
  await click(watched, 'link', 'Audit Logs')
  await page.getByRole('row').nth(1).waitFor()
  await picture('audit')
  await page
    .getByRole('button', { name: /^Details: / })
    .first()
    .click()
  await page.getByRole('dialog').waitFor()
  await picture('audit-event')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Account/ }).click()
  await click(watched, 'menuitem', 'Personal settings')
  await page.getByRole('cell').first().waitFor()
  await picture('profile')
  await click(watched, 'button', 'Set up an authenticator app')
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
  await picture('second-factor')
  await page.keyboard.press('Escape')
}

/** Takes the pictures of how machines get in, from the organization's identities on. */
export async function machinePictures(watched, picture) {
  const { page } = watched
  await page.getByRole('tab', { name: 'People' }).click()
  await page.getByRole('cell').first().waitFor()
  await picture('members')
  await page.getByRole('tab', { name: 'Organization Roles' }).click()
  await page.getByRole('cell').first().waitFor()
  await picture('organization-roles')
  await page.getByRole('tab', { name: 'Machine Identities' }).click()
  await click(watched, 'button', 'Create identity')
  await page.getByRole('dialog').waitFor()
  await picture('identity-create')
  await page.keyboard.press('Escape')
  await authMethodPictures(watched, picture)
}

/** Of an identity that a CI job is: what lets it in, and a token that is refused. */
async function authMethodPictures(watched, picture) {
  const { page } = watched
  const { pem, token } = signer()
  const { organizations } = await api('GET', '/api/v1/organization')
  const body = { name: 'release-job', organizationId: organizations[0].id }
  const { identity } = await api('POST', '/api/v1/identities', body)
  const jwt = {
    configurationType: 'static',
    publicKeys: [pem.trim()],
    boundIssuer: ISSUER,
    boundSubject: 'repo:acme/shop:ref:refs/heads/main',
    boundAudiences: 'tacit',
    boundClaims: { environment: 'production' },
  }
  await api('POST', `/api/v1/auth/token-auth/identities/${identity.id}`, {})
  await api('POST', `/api/v1/auth/jwt-auth/identities/${identity.id}`, jwt)
  await page.reload()
  await click(watched, 'button', 'Auth methods of release-job')
  await page.getByText('environment production').waitFor()
  await picture('auth-methods')
  await click(watched, 'button', 'Add auth method')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^OIDC Auth/ })
    .click()
  await page.getByLabel('Fill in for').selectOption('GitHub Actions')
  await picture('auth-method-add')
  await click(watched, 'button', 'Cancel')
  await click(watched, 'button', 'Test JWT Auth')
  const sub = 'repo:acme/shop:ref:refs/heads/topic'
  await page
    .getByRole('dialog')
    .getByLabel('Token')
    .fill(token({ sub, aud: 'tacit' }))
  await click(watched, 'button', 'Test this configuration')
  await page.getByText('It would be refused.').waitFor()
  await picture('auth-method-test')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
}

/** Takes the picture of the grid as a phone shows it. */
export async function phonePicture(watched, picture) {
  const { page } = watched
  const size = page.viewportSize()
  await page.setViewportSize({ width: 390, height: 780 })
  await picture('phone')
  await page.setViewportSize(size)
}
