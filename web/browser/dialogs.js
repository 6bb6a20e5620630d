// Every dialog of the dashboard: the page it is on, and what opens it.
const button = (page, name, exact = true) => page.getByRole('button', { name, exact }).first().click()
const opened = (name) => async (page) => button(page, name)
const startingWith = (name) => async (page) => button(page, new RegExp(`^${name}`), false)

const overview = ({ organization }) => `/org/${organization}/overview`
const identities = ({ organization }) => `/org/${organization}/members?selectedTab=identities`
const organizationSettings = ({ organization }) => `/org/${organization}/settings`
const audit = ({ organization }) => `/org/${organization}/audit-logs`
const secrets = ({ project }) => `/project/${project}/secrets/overview`
const access = ({ project }) => `/project/${project}/members`
const roles = ({ project }) => `/project/${project}/members?selectedTab=roles`
const organizationRoles = ({ organization }) => `/org/${organization}/members?selectedTab=roles`
const people = ({ organization }) => `/org/${organization}/members?selectedTab=members`
const groups = ({ organization }) => `/org/${organization}/members?selectedTab=groups`
const projectPeople = ({ project }) => `/project/${project}/members?selectedTab=members`
const admin = () => '/admin?tab=users'
const projectGroups = ({ project }) => `/project/${project}/members?selectedTab=groups`
const privileges = ({ project }) => `/project/${project}/members?selectedTab=privileges`
const serviceTokens = ({ project }) => `/project/${project}/members?selectedTab=service-tokens`
const settings =
  (part) =>
  ({ project }) =>
    `/project/${project}/settings?part=${part}`
const profile = () => '/personal-settings'

/** Opens the auth methods of the identity that has several, and clicks what is named, one after the other. */
const methods =
  (...names) =>
  async (page) => {
    await page.getByRole('button', { name: 'Auth methods of axe-methods', exact: true }).first().click()
    for (const name of names) await page.getByRole('dialog').getByRole('button', { name }).click()
  }

/** Has a token judged that is none. */
async function testProof(page) {
  await methods('Test JWT Auth')(page)
  await page.getByRole('dialog').getByLabel('Token').fill('none')
  await button(page, 'Test this configuration')
  await page.getByText('It would be refused.').waitFor()
}

/** Sends settings that let everybody in. */
async function refusedMethod(page) {
  await methods('Change JWT Auth')(page)
  await page.getByRole('dialog').getByLabel('Subject').fill('')
  await page.getByRole('dialog').getByText('Advanced').click()
  await button(page, 'Save')
  await page.getByRole('dialog').getByRole('alert').waitFor()
}

/** Makes a change, so that there is something to review. */
async function changeSomething(page) {
  await page.getByLabel('Key', { exact: true }).fill('PENDING')
  await page.keyboard.press('Enter')
  await page.keyboard.type('value')
  await page.keyboard.press('Enter')
}

async function onFirstFolder(page, key) {
  await page.getByRole('grid').focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press(key)
}

export const DIALOGS = [
  { name: 'give privilege', path: privileges, opens: opened('Give privilege') },
  { name: 'make service token', path: serviceTokens, opens: opened('Make service token') },
  { name: 'delete service token', path: serviceTokens, opens: startingWith('Delete axe-token') },
  { name: 'make API key', path: profile, opens: opened('Make API key') },
  { name: 'new project', path: overview, opens: opened('Add New Project') },
  { name: 'invite people', path: people, opens: opened('Invite people') },
  { name: 'palette', path: overview, opens: (page) => page.keyboard.press('Control+k') },
  {
    name: 'palette with secrets',
    path: overview,
    opens: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Search and commands' }).fill('foo')
      await page.getByRole('status').filter({ hasText: /fit/ }).waitFor()
    },
  },
  {
    name: 'shortcuts',
    path: overview,
    opens: async (page) => {
      await page.locator('#content').focus()
      await page.keyboard.press('?')
    },
  },
  {
    name: 'find by value',
    path: overview,
    opens: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Search and commands' }).fill('by value')
      await page.keyboard.press('Enter')
      await page.getByLabel('Exact value').waitFor()
    },
  },
  { name: 'create identity', path: identities, opens: opened('Create identity') },
  { name: 'auth methods', path: identities, opens: methods() },
  { name: 'universal auth', path: identities, opens: methods('Change Universal Auth') },
  { name: 'add auth method', path: identities, opens: methods('Add auth method') },
  { name: 'attach OIDC Auth', path: identities, opens: methods('Add auth method', /^OIDC Auth/) },
  { name: 'attach LDAP Auth', path: identities, opens: methods('Add auth method', /^LDAP Auth/) },
  { name: 'attach SPIFFE Auth', path: identities, opens: methods('Add auth method', /^SPIFFE Auth/) },
  { name: 'change JWT Auth, refused', path: identities, opens: refusedMethod },
  { name: 'test of JWT Auth, refused', path: identities, opens: testProof },
  { name: 'login example', path: identities, opens: methods('Login example of JWT Auth') },
  { name: 'detach JWT Auth', path: identities, opens: methods('Detach JWT Auth') },
  { name: 'tokens', path: identities, opens: methods('Tokens') },
  {
    name: 'token, shown once',
    path: identities,
    opens: async (page) => {
      await methods('Tokens')(page)
      await page.getByRole('dialog').getByLabel('Name').fill('axe')
      await page.keyboard.press('Enter')
      await page.getByLabel('I have stored it').waitFor()
    },
  },
  {
    name: 'rename token',
    path: identities,
    opens: async (page) => {
      await methods('Tokens')(page)
      await button(page, 'Rename axe')
    },
  },
  { name: 'client secrets', path: identities, opens: startingWith('Client Secret of') },
  {
    name: 'client secret, shown once',
    path: identities,
    opens: async (page) => {
      await button(page, /^Client Secret of/, false)
      await page.getByRole('button', { name: 'Create Client Secret' }).click()
      await page.getByLabel('I have stored it').waitFor()
    },
  },
  { name: 'delete identity', path: identities, opens: startingWith('Delete') },
  { name: 'audit event', path: audit, opens: startingWith('Details') },
  {
    name: 'save filters',
    path: audit,
    opens: async (page) => {
      await button(page, 'Saved filters')
      await page.getByRole('menuitem', { name: 'Save these filters …' }).click()
    },
  },
  { name: 'import', path: secrets, opens: opened('Import') },
  { name: 'export', path: secrets, opens: opened('Export') },
  { name: 'new folder', path: secrets, opens: opened('New folder') },
  { name: 'change folder', path: secrets, opens: (page) => onFirstFolder(page, 'i') },
  { name: 'delete folder', path: secrets, opens: (page) => onFirstFolder(page, 'Delete') },
  {
    name: 'details',
    path: secrets,
    opens: async (page) => {
      await page.getByRole('grid').focus()
      await page.keyboard.press('Control+Home')
      for (const key of ['ArrowDown', 'ArrowRight', 'i']) await page.keyboard.press(key)
    },
  },
  {
    name: 'review',
    path: secrets,
    opens: async (page) => {
      await changeSomething(page)
      await button(page, 'Review')
      await button(page, 'Show values')
    },
  },
  {
    name: 'connect',
    path: secrets,
    opens: async (page) => {
      await button(page, 'Connect an app')
      await page.getByLabel('Identity name').waitFor()
    },
  },
  {
    name: 'connected, shown once',
    path: secrets,
    opens: async (page, mode) => {
      await button(page, 'Connect an app')
      await page.getByLabel('Identity name').fill(`axe ${mode}`)
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await page.getByLabel('I have stored it').waitFor()
    },
  },
  { name: 'add identity', path: access, opens: opened('Add identity') },
  { name: 'roles of an identity', path: access, opens: startingWith('Change the roles of') },
  { name: 'create role', path: roles, opens: opened('Create role') },
  { name: 'edit role', path: roles, opens: opened('Edit Axe role') },
  {
    name: 'edit role as JSON',
    path: roles,
    opens: async (page) => {
      await button(page, 'Edit Axe role')
      await button(page, 'JSON')
    },
  },
  { name: 'delete role', path: roles, opens: opened('Delete Axe role') },
  { name: 'create organization role', path: organizationRoles, opens: opened('Create role') },
  { name: 'create group', path: groups, opens: opened('Create group') },
  { name: 'change group', path: groups, opens: startingWith('Change Axe') },
  { name: 'members of a group', path: groups, opens: startingWith('Members of Axe') },
  { name: 'delete group', path: groups, opens: startingWith('Delete Axe') },
  { name: 'delete own account', path: profile, opens: opened('Delete account') },
  { name: 'add person', path: projectPeople, opens: opened('Add person') },
  { name: 'make administrator', path: admin, opens: startingWith('Make .* administrator of') },
  { name: 'delete account', path: admin, opens: startingWith('Delete the account') },
  { name: 'take a person out', path: people, opens: startingWith('Take ') },
  { name: 'add group', path: projectGroups, opens: opened('Add group') },
  { name: 'roles of a group', path: projectGroups, opens: startingWith('Change the roles of') },
  { name: 'take a group out', path: projectGroups, opens: startingWith('Take Axe') },
  { name: 'add environment', path: settings('environments'), opens: opened('Add environment') },
  { name: 'delete environment', path: settings('environments'), opens: startingWith('Delete Development') },
  { name: 'add tag', path: settings('tags'), opens: opened('Add tag') },
  { name: 'change tag', path: settings('tags'), opens: opened('Change billing') },
  { name: 'delete tag', path: settings('tags'), opens: opened('Delete billing') },
  { name: 'add webhook', path: settings('webhooks'), opens: opened('Add webhook') },
  {
    name: 'deliveries',
    path: settings('webhooks'),
    opens: async (page) => {
      await button(page, /^More for/, false)
      await page.getByRole('menuitem', { name: 'Deliveries' }).click()
    },
  },
  { name: 'add audit stream', path: organizationSettings, opens: opened('Add stream') },
  { name: 'delete project', path: settings('danger'), opens: opened('Delete this project') },
  { name: 'end session', path: profile, opens: startingWith('End:') },
]
