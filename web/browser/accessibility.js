// axe-core on every page, in light and dark and on a phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { violations } from './axe.js'
import { DIALOGS } from './dialogs.js'
import { addProject, api, machine, onPage, PERSON, SERVER, signIn, visit } from './harness.js'
import { SECRETS_SCREENS } from './secrets-screens.js'
import { signer } from './signer.js'

const MODES = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['390 px', { colorScheme: 'light', viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }],
]

/** The pages of somebody signed in, once an organization and a project exist. */
const pagesOf = (organization, project) => [
  `/org/${organization}/overview`,
  `/org/${organization}/members`,
  `/org/${organization}/members?selectedTab=members`,
  `/org/${organization}/members?selectedTab=groups`,
  `/org/${organization}/members?selectedTab=roles`,
  `/org/${organization}/audit-logs`,
  `/org/${organization}/audit-logs?secret=NOTHING`,
  `/org/${organization}/settings`,
  `/project/${project}/secrets/overview`,
  `/project/${project}/secrets/overview?secretPath=%2Fone%2Ftwo%2Fthree%2Ffour%2Ffive`,
  `/project/${project}/secrets/dev`,
  `/project/${project}/compare`,
  `/project/${project}/history`,
  `/project/${project}/history?env=dev`,
  `/project/${project}/members`,
  `/project/${project}/members?selectedTab=members`,
  `/project/${project}/members?selectedTab=groups`,
  `/project/${project}/members?selectedTab=roles`,
  `/project/${project}/members?selectedTab=privileges`,
  `/project/${project}/members?selectedTab=service-tokens`,
  `/project/${project}/members?selectedTab=tree`,
  `/project/${project}/members?selectedTab=tree&show=place`,
  `/project/${project}/members?selectedTab=explain`,
  `/project/${project}/members?selectedTab=explain&action=read&subject=secrets&environment=dev&secretName=FOO`,
  `/org/${organization}/members?selectedTab=explain`,
  '/decisions/00000000-0000-4000-8000-000000000000',
  ...['general', 'environments', 'tags', 'encryption', 'webhooks', 'retention', 'danger'].map(
    (part) => `/project/${project}/settings?part=${part}`,
  ),
  '/personal-settings',
  ...['overview', 'users', 'organizations', 'identities', 'encryption', 'settings'].map(
    (tab) => `/admin?tab=${tab}`,
  ),
  '/login/select-organization',
  '/cli-redirect',
  '/signupinvite?token=x&to=x@example.com&organization_id=x',
  '/forgot-password',
  '/password-reset',
  '/password-reset#token=x&to=x@example.com',
  '/nowhere',
]

/** A project with something of everything that has a dialog. */
async function furnished(watched, name) {
  const project = await addProject(watched, name)
  const place = { projectId: project, environment: 'dev' }
  let path = '/'
  for (const folder of ['one', 'two', 'three', 'four', 'five']) {
    await api('POST', '/api/v2/folders', { ...place, path, name: folder })
    path = `${path === '/' ? '' : path}/${folder}`
  }
  await api('POST', '/api/v4/secrets/FOO', { ...place, secretPath: '/', secretValue: 'BAR' })
  await api('POST', `/api/v1/projects/${project}/tags`, { slug: 'billing', color: '#aa3300' })
  await api('POST', '/api/v1/webhooks', { ...place, secretPath: '/', webhookUrl: 'https://example.com/hook' })
  await machine(project, 'axe-app')
  await manyMethods()
  const scopes = [{ environment: 'dev', secretPath: '/**' }]
  const token = { projectId: project, name: 'axe-token', scopes, permissions: ['read'], expiresIn: 60 }
  await api('POST', '/api/v2/service-token', token)
  const inDev = { subject: 'secrets', action: ['readValue'], conditions: { environment: 'dev' } }
  const byName = { subject: 'secrets', action: ['edit'], conditions: { secretName: 'FOO' } }
  const role = { slug: 'axe-role', name: 'Axe role', permissions: [inDev, byName] }
  await api('POST', `/api/v1/projects/${project}/roles`, role)
  const group = await api('POST', '/api/v1/groups', { name: `${name} group`, role: 'no-access' })
  await api('POST', `/api/v1/groups/${group.id}/users/${PERSON.email}`)
  await api('POST', `/api/v1/projects/${project}/groups/${group.id}`, { roles: [{ role: 'viewer' }] })
  return project
}

/** An identity with several auth methods. */
async function manyMethods() {
  const { organizations } = await api('GET', '/api/v1/organization')
  const body = { name: 'axe-methods', organizationId: organizations[0].id }
  const { identity } = await api('POST', '/api/v1/identities', body)
  const jwt = {
    configurationType: 'static',
    publicKeys: [signer().pem.trim()],
    boundSubject: 'repo:acme/*',
  }
  for (const [method, settings] of [
    ['universal-auth', {}],
    ['token-auth', {}],
    ['jwt-auth', jwt],
  ])
    await api('POST', `/api/v1/auth/${method}/identities/${identity.id}`, settings)
}

for (const [mode, options] of MODES) {
  // The content policy would refuse the injected script; the other tests run with it.
  const settings = { ...options, bypassCSP: true }

  test(`axe finds nothing on any page or dialog: ${mode}`, async () => {
    const found = []
    const look = async (page, where) => found.push(...(await violations(page, where)))
    await onPage(async (watched) => {
      const { page } = watched
      await page.goto(`${SERVER}/login`)
      await page.getByLabel('E-mail').waitFor()
      await look(page, `${mode} /login`)
      await signIn(watched)
      await page.waitForURL(/overview/)
      const organization = new URL(page.url()).pathname.split('/')[2]
      const project = await furnished(watched, `Axe ${mode}`)
      for (const path of pagesOf(organization, project)) {
        await visit(page, path)
        await look(page, `${mode} ${path}`)
      }
      for (const { path, opens, name } of DIALOGS) {
        await visit(page, path({ organization, project }))
        await opens(page, mode)
        await page.locator('dialog[open]').last().waitFor()
        await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
        await look(page, `${mode} ${name}`)
      }
      for (const screens of SECRETS_SCREENS)
        await screens(page, project, (where) => look(page, `${mode} ${where}`))
    }, settings)
    assert.deepEqual(found, [])
  })

  test(`axe finds nothing on the first page of all: ${mode}`, async () => {
    await onPage(async ({ page }) => {
      // This server is set up already; the page asks it for that alone.
      await page.route('**/api/v1/admin/config', (route) =>
        route.fulfill({ json: { config: { initialized: false } } }),
      )
      await page.goto(`${SERVER}/setup`)
      await page.getByLabel('Organization name').waitFor()
      assert.deepEqual(await violations(page, mode), [])
    }, settings)
  })
}
