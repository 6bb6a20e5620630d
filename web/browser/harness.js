// What the browser tests share: Chromium, a page that watches itself, and names for what is clicked.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after } from 'node:test'
import { chromium } from 'playwright-core'

export const SERVER = process.env.TACIT_URL ?? 'http://127.0.0.1:8080'
export const PASSWORD_OF_OTHERS = 'a long sentence of theirs'
export const PERSON = { email: 'ada@example.com', password: 'correct horse battery staple' }

/** Longer than anything here takes, also on a busy machine. In milliseconds. */
const TIMEOUT = 20_000
/**
 * Longer than any test takes. What runs in a page has no limit of its own, and a Chromium that has stopped drawing
 * answers nothing for ever. In milliseconds.
 */
const TEST_MAX = 420_000

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** The Chromium to use; undefined if there is none. */
export const PROGRAM = process.env.TACIT_CHROMIUM ?? PROGRAMS.find(existsSync)
const OPTIONS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
]

let browser

/** The Chromium of the system, started once; none is downloaded. */
async function chromiumOfSystem() {
  if (!PROGRAM) throw new Error("Chromium is missing: run 'sudo apt-get install chromium'")
  browser ??= await chromium.launch({ executablePath: PROGRAM, args: OPTIONS })
  return browser
}

after(() => browser?.close())

/**
 * Opens a page that remembers what must not happen: errors in the page or its console, and requests that leave the
 * server. `clicks` counts what a person clicks through `click`; `origin` is where the server is, if not where others
 * find it.
 */
export async function open({ origin = new URL(SERVER).origin, ...options } = {}) {
  const context = await (await chromiumOfSystem()).newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(TIMEOUT)
  const watched = { page, context, wrong: [], requests: [], clicks: 0 }
  page.on('pageerror', (error) => watched.wrong.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    // Answers other than 2xx are logged too; tests that provoke them look at the page instead.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      watched.wrong.push(`console: ${message.text()}`)
    }
  })
  page.on('request', (request) => {
    watched.requests.push(request.url())
    const address = new URL(request.url())
    if (address.origin !== origin && !['data:', 'blob:'].includes(address.protocol)) {
      watched.wrong.push(`a request left the server: ${address.origin}`)
    }
  })
  return watched
}

/** Clicks a button, link or tab by its visible name, and counts it. */
export async function click(watched, role, name, options = {}) {
  watched.clicks += 1
  await watched.page
    .getByRole(role, { name, exact: true, ...options })
    .last()
    .click()
}

/** Sets the server up in the browser, as the first person does. */
export async function setUp({ page }) {
  await page.goto(`${SERVER}/setup`)
  await page.getByLabel('E-mail').fill(PERSON.email)
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Add New Project' }).waitFor()
}

/** Signs in. */
export async function signIn({ page }, path = '/login', server = SERVER) {
  await page.goto(`${server}${path}`)
  await page.getByLabel('E-mail').fill(PERSON.email)
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password)
  await page.keyboard.press('Enter')
  await page.locator('#content').waitFor()
}

/** Opens a page and waits until no skeleton is left: what stands there then is what people use. */
export async function visit(page, path) {
  await page.goto(`${SERVER}${path}`)
  await page.locator('h1').first().waitFor()
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' })
}

/** Runs a test on a page of its own, which is closed afterwards, and asserts that nothing went wrong on it. */
export async function onPage(run, options) {
  const watched = await open(options)
  try {
    await within(TEST_MAX, run(watched))
    assert.deepEqual(watched.wrong, [])
  } finally {
    await within(TIMEOUT, watched.context.close())
  }
}

/** What `promise` becomes, if it becomes anything in so many milliseconds; else it fails. */
async function within(limit, promise) {
  let timer
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`Chromium did not answer within ${limit / 1000} s`)), limit)
  })
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Where a page is, as the dashboard names it: without the base path of the server. */
export const pathOf = (page) => page.url().slice(SERVER.length)

/** Makes a project in the browser and comes to its grid. Returns its id. */
export async function addProject(watched, name) {
  await click(watched, 'button', 'Add New Project')
  await watched.page.getByLabel('Project name').fill(name)
  await watched.page.keyboard.press('Enter')
  await watched.page.getByLabel('Key', { exact: true }).waitFor()
  return pathOf(watched.page).split('/')[2]
}

/** Types a secret into the line on top of the grid. */
export async function typeSecret({ page }, key, value) {
  await page.getByLabel('Key', { exact: true }).fill(key)
  await page.keyboard.press('Enter')
  await page.keyboard.type(value)
  await page.keyboard.press('Enter')
}

/** Types a new value into the active cell of the grid. */
export async function editCell({ page }, value) {
  await page.getByRole('grid').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.type(value)
  await page.keyboard.press('Enter')
}

/** Reviews and commits what is pending. */
export async function commit(watched) {
  await click(watched, 'button', 'Review')
  await watched.page.getByRole('button', { name: /^Commit \d/ }).waitFor()
  watched.clicks += 1
  await watched.page.getByRole('button', { name: /^Commit \d/ }).click()
  await watched.page.getByText('Committed.').waitFor()
}

let token

/**
 * Asks the API as the person, without a browser. Returns the body of the answer, whatever its status. A session that
 * a test ended is replaced.
 */
export async function api(method, path, body) {
  token ??= await newToken()
  const answer = await ask(method, path, body, token)
  if (answer.status !== 401) return answer.json()
  token = await newToken()
  return (await ask(method, path, body, token)).json()
}

async function newToken() {
  const post = async (...request) => (await ask('POST', ...request)).json()
  const { accessToken } = await post('/api/v3/auth/login', PERSON)
  const answer = await ask('GET', '/api/v2/users/me/organizations', undefined, accessToken)
  const { organizations } = await answer.json()
  const chosen = { organizationId: organizations[0].id }
  return (await post('/api/v3/auth/select-organization', chosen, accessToken)).token
}

const ask = (method, path, body, token) =>
  fetch(`${SERVER}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

/** The id of the organization of PERSON. */
export async function organizationId() {
  return (await api('GET', '/api/v2/users/me/organizations')).organizations[0].id
}

/** Somebody invited who has accepted, with PASSWORD_OF_OTHERS. Returns their token. */
export async function join(email, firstName) {
  const invitation = { inviteeEmails: [email], organizationId: await organizationId() }
  const { completeInviteLinks } = await api('POST', '/api/v1/invite-org/signup', invitation)
  const code = new URL(completeInviteLinks[0].link).searchParams.get('token')
  const person = { email, password: PASSWORD_OF_OTHERS, firstName, lastName: '' }
  const answer = await ask('POST', '/api/v3/signup/complete-account/invite', person, code)
  return (await answer.json()).token
}

/** A machine that may change a project: somebody else than the person. Returns a function as `api`. */
export async function machine(project, name) {
  const body = { name, role: 'admin', accessTokenTTL: 7200 }
  const { clientId, clientSecret } = await api('POST', `/api/ui/v1/projects/${project}/quickstart`, body)
  const login = await ask('POST', '/api/v1/auth/universal-auth/login', { clientId, clientSecret })
  const { accessToken } = await login.json()
  return async (method, path, body) => (await ask(method, path, body, accessToken)).json()
}
