import { text } from './text'

export type AuditActor = { type: string; metadata: Record<string, unknown> }
export type AuditEvent = {
  id: string
  createdAt: string
  eventType: string
  eventMetadata: Record<string, unknown>
  ipAddress: string | null
  userAgent: string | null
  userAgentType: string | null
  projectId: string | null
  projectName: string | null
  result: string
  actor: AuditActor
}

/** What an actor is called: the name or address that the event recorded, or else the kind of actor. */
export function actorName({ type, metadata }: AuditActor): string {
  const { username, email, name } = metadata
  return [username, email, name].find((one): one is string => typeof one === 'string' && one !== '') ?? type
}

/** The names of all actors of events, each once, in the order they first appear. */
export const actorNames = (events: { actor: AuditActor }[]): string[] => [
  ...new Set(events.map((one) => actorName(one.actor))),
]

/** Verbs that names of events begin with, as one says them afterwards. */
const DONE: Record<string, string> = {
  accept: 'accepted',
  add: 'added',
  change: 'changed',
  clear: 'cleared',
  compare: 'compared',
  create: 'created',
  delete: 'deleted',
  end: 'ended',
  explain: 'asked about',
  get: 'read',
  grant: 'granted',
  invite: 'invited',
  list: 'listed',
  move: 'moved',
  preview: 'tried',
  refresh: 'refreshed',
  remove: 'removed',
  restore: 'restored',
  request: 'asked for',
  reset: 'set anew',
  resync: 'took over again',
  retry: 'sent again',
  revert: 'took back',
  revoke: 'revoked',
  rollback: 'rolled back',
  search: 'searched',
  select: 'chose',
  send: 'sent',
  subscribe: 'followed',
  test: 'tested',
  update: 'changed',
  verify: 'verified',
}
const WHOLE: Record<string, string> = {
  'user-login': 'signed in',
  'user-logout': 'signed out',
  'verify-mfa': 'gave the second factor',
  'register-user-totp': 'began to set up an authenticator app',
  'verify-user-totp': 'confirmed an authenticator app',
  'delete-user-totp': 'removed an authenticator app',
  'create-user-recovery-codes': 'made new recovery codes',
  'update-user-mfa': 'changed whether sign-in asks for the second factor',
  'get-user-passkeys': 'listed passkeys',
  'get-api-keys': 'listed API keys',
  'create-api-key': 'made an API key',
  'delete-api-key': 'deleted an API key',
  'create-user-passkey': 'added a passkey',
  'update-user-passkey': 'renamed a passkey',
  'delete-user-passkey': 'removed a passkey',
  'reset-user-second-factor': 'took the second factor of somebody away',
}

type Said = Pick<AuditEvent, 'eventType' | 'eventMetadata' | 'projectName' | 'result' | 'actor'>

/** An event as a sentence: "ada@example.com read the secret FOO in prod:/app of Shop." */
export function sentenceOf({ eventType, eventMetadata, projectName, result, actor }: Said): string {
  const who = actorName(actor)
  const [verb = '', ...rest] = eventType.split('-')
  // "add-identity-to-project": the project is the end of the sentence, not where it happened.
  if (result !== 'denied' && projectName && rest.at(-1) === 'project') {
    const what = rest.length > 1 ? rest.slice(0, -1).join(' ') : 'the project'
    return `${who} ${DONE[verb] ?? verb} ${what} ${projectName}.`
  }
  const what = [rest.join(' '), nameIn(eventMetadata)].filter(Boolean).join(' ')
  const where = `${placeIn(eventMetadata)}${projectName ? ` of ${projectName}` : ''}`
  if (result === 'denied')
    return `${who} was refused: ${eventType.replaceAll('-', ' ')}${nameIn(eventMetadata, ' ')}${where}.`
  const whole = WHOLE[eventType] ?? loginOf(eventType)
  if (whole) return `${who} ${whole}.`
  return `${who} ${DONE[verb] ?? verb} ${what}${where}.`
}

/** "login-identity-jwt-auth" is a login by JWT Auth. */
function loginOf(eventType: string): string | undefined {
  const [before, method = ''] = eventType.split('login-identity-')
  const title = before === '' ? text.identities.methods[method] : undefined
  return title && `signed in with ${title}`
}

function nameIn(facts: Record<string, unknown>, before = ''): string {
  const found = ['secretKey', 'name', 'slug', 'folderName', 'webhookId'].map((key) => facts[key])
  const name = found.find((one): one is string => typeof one === 'string' && one !== '')
  return name ? before + name : ''
}

function placeIn({ environment, secretPath }: Record<string, unknown>): string {
  if (typeof environment !== 'string') return ''
  return ` in ${environment}${typeof secretPath === 'string' ? `:${secretPath}` : ''}`
}
