/** What narrows the audit log, as it stands in the address of the page; empty for what does not matter. */
export type AuditFilter = {
  range: string
  from: string
  to: string
  actor: string
  group: string
  event: string
  project: string
  environment: string
  path: string
  secret: string
  source: string
  address: string
  result: string
}
export type FilterName = keyof AuditFilter

export const NO_FILTER: AuditFilter = {
  range: 'hour',
  from: '',
  to: '',
  actor: '',
  group: '',
  event: '',
  project: '',
  environment: '',
  path: '',
  secret: '',
  source: '',
  address: '',
  result: '',
}

const HOUR = 3_600_000
/** Times back from now, in milliseconds. The other choice is `custom`, from and to a time. */
export const RANGES = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR } as const
export type Range = keyof typeof RANGES

/** Kinds of events that one usually looks for together. */
export const GROUPS = {
  reads: ['get-secret', 'get-secrets', 'get-secret-version', 'get-secret-versions', 'search-secrets'],
  changes: [
    'create-secret',
    'create-secrets',
    'update-secret',
    'update-secrets',
    'delete-secret',
    'delete-secrets',
    'move-secrets',
    'restore-secret-version',
    'rollback-commits',
    'revert-commit',
  ],
  folders: ['create-folder', 'update-folder', 'update-folders', 'delete-folder'],
  signIn: [
    'user-login',
    'user-logout',
    'select-organization',
    'change-password',
    'end-user-session',
    'end-user-sessions',
  ],
  machines: [
    'login-identity-universal-auth',
    'create-identity',
    'update-identity',
    'delete-identity',
    'add-identity-universal-auth',
    'update-identity-universal-auth',
    'revoke-identity-universal-auth',
    'create-identity-universal-auth-client-secret',
    'revoke-identity-universal-auth-client-secret',
  ],
  access: [
    'add-user-to-project',
    'remove-user-from-project',
    'update-user-project-roles',
    'add-identity-to-project',
    'remove-identity-from-project',
    'update-identity-project-roles',
    'grant-project-admin-access',
  ],
  projects: [
    'create-project',
    'update-project',
    'delete-project',
    'create-environment',
    'update-environment',
    'delete-environment',
    'create-webhook',
    'update-webhook-status',
    'delete-webhook',
  ],
} as const
export type Group = keyof typeof GROUPS

export const SOURCES = [
  'web',
  'cli',
  'k8-operator',
  'terraform',
  'InfisicalNodeSDK',
  'InfisicalPythonSDK',
  'other',
]

const isGroup = (name: string): name is Group => Object.hasOwn(GROUPS, name)

/** How many of the filters that are not always in sight narrow the log. */
export const hiddenCount = (filter: AuditFilter): number =>
  (['event', 'environment', 'path', 'secret', 'source', 'address'] as const).filter((name) => filter[name])
    .length

/** The filter as the server takes it. `now` is when the page was asked for, in milliseconds. */
export function wireFilter(filter: AuditFilter, now: number): Record<string, string | undefined> {
  const kinds = filter.event.trim() || (isGroup(filter.group) ? GROUPS[filter.group].join(',') : '')
  const [startDate, endDate] = times(filter, now)
  const given = {
    startDate,
    endDate,
    eventType: kinds,
    actor: filter.actor,
    projectId: filter.project,
    environment: filter.environment.trim(),
    secretPath: filter.path.trim(),
    secretKey: filter.secret.trim(),
    userAgentType: filter.source,
    ipAddress: filter.address.trim(),
    result: filter.result,
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value || undefined]))
}

function times({ range, from, to }: AuditFilter, now: number): [string, string] {
  if (range === 'custom') return [from && wireTime(from), to && wireTime(to)]
  const length = Object.hasOwn(RANGES, range) ? RANGES[range as Range] : RANGES.hour
  return [new Date(now - length).toISOString(), '']
}

/** A time of the page's own field, which has no zone: it is local. */
const wireTime = (local: string) => {
  const time = new Date(local)
  return Number.isNaN(time.getTime()) ? '' : time.toISOString()
}
