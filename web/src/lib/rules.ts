/** A rule as it is on the wire: `action` one or several, `conditions` all to be met. */
export type Rule = {
  subject: string
  action: string | string[]
  inverted?: boolean
  conditions?: Record<string, unknown>
}
/** A thing that rules speak of, and what may be done to it. `placed` ones are somewhere: in an environment and folder. */
export type Resource = { subject: string; actions: readonly string[]; placed?: boolean }

/** A rule for a place. An empty environment or path is every one. */
export type PlaceRow = {
  kind: 'place'
  denies: boolean
  subject: string
  actions: string[]
  environment: string
  path: string
}
/** A rule that the table and the rows cannot show; it is kept as it is. */
export type OtherRow = { kind: 'other'; rule: Rule }
export type Row = PlaceRow | OtherRow

/** What the editor shows: ticks for what is allowed everywhere, then rules in their order. */
export type Draft = { allows: Record<string, string[]>; rows: Row[] }

const CRUD = ['read', 'create', 'edit', 'delete'] as const
const READ_SECRET = ['describeSecret', 'readValue']
const SECRETS = 'secrets'
const RIGHTS = [...CRUD, 'assign-role', 'assign-additional-privileges'] as const

/** What a role of a project can allow, of what this server has. */
export const PROJECT_RESOURCES: readonly Resource[] = [
  { subject: SECRETS, actions: [...READ_SECRET, 'create', 'edit', 'delete'], placed: true },
  { subject: 'secret-folders', actions: CRUD, placed: true },
  { subject: 'secret-imports', actions: CRUD, placed: true },
  { subject: 'secret-rollback', actions: ['read', 'create'] },
  { subject: 'commits', actions: ['read', 'perform-rollback'] },
  { subject: 'environments', actions: CRUD },
  { subject: 'tags', actions: CRUD },
  { subject: 'webhooks', actions: CRUD },
  { subject: 'member', actions: RIGHTS },
  { subject: 'groups', actions: [...CRUD, 'assign-role'] },
  { subject: 'identity', actions: RIGHTS },
  { subject: 'role', actions: CRUD },
  { subject: 'settings', actions: CRUD },
  { subject: 'audit-logs', actions: ['read'] },
  { subject: 'workspace', actions: ['edit', 'delete'] },
]

/** What a role of the organization can allow, of what this server has. */
export const ORGANIZATION_RESOURCES: readonly Resource[] = [
  { subject: 'workspace', actions: CRUD },
  { subject: 'organization-admin-console', actions: ['access-all-projects'] },
  { subject: 'role', actions: CRUD },
  { subject: 'member', actions: CRUD },
  { subject: 'groups', actions: CRUD },
  { subject: 'identity', actions: CRUD },
  { subject: 'settings', actions: CRUD },
  { subject: 'audit-logs', actions: CRUD },
]

/** Splits rules into ticks and rows, so that written again they mean the same. */
export function draftOf(rules: Rule[], resources: readonly Resource[]): Draft {
  const draft: Draft = { allows: {}, rows: [] }
  const withRows = new Set<string>()
  for (const rule of rules) {
    const resource = resources.find((one) => one.subject === rule.subject)
    const actions = actionsOf(rule)
    const isKnown = resource && actions.every((action) => resource.actions.includes(action))
    // An allowance behind a row of its subject decides after that row, so it cannot move in front of it.
    if (isKnown && !rule.inverted && isEverywhere(rule) && !withRows.has(rule.subject)) {
      draft.allows[rule.subject] = inOrder(resource, [...(draft.allows[rule.subject] ?? []), ...actions])
      continue
    }
    withRows.add(rule.subject)
    const place = isKnown && resource.placed ? placeOf(rule) : undefined
    const row: Row = place
      ? { kind: 'place', denies: rule.inverted ?? false, subject: rule.subject, actions, ...place }
      : { kind: 'other', rule }
    draft.rows.push(row)
  }
  return draft
}

/** The rules of a draft: first what is allowed everywhere, then the rows in their order. */
export const rulesOf = (draft: Draft, resources: readonly Resource[]): Rule[] => [
  ...allowedSubjects(draft, resources).map((subject) => ({ subject, action: draft.allows[subject] ?? [] })),
  ...draft.rows.map((row) => (row.kind === 'other' ? row.rule : ruleOf(row))),
]

/** The subject of the tick, or the index of the row, that became the rule at `index`. */
export function placeOfRule(draft: Draft, resources: readonly Resource[], index: number) {
  const subjects = allowedSubjects(draft, resources)
  return index < subjects.length ? { subject: subjects[index] } : { row: index - subjects.length }
}

const allowedSubjects = (draft: Draft, resources: readonly Resource[]) =>
  resources.map((one) => one.subject).filter((subject) => draft.allows[subject]?.length)

/** The draft with one tick set or taken away. */
export function withTick(draft: Draft, resource: Resource, action: string, isAllowed: boolean): Draft {
  const before = draft.allows[resource.subject] ?? []
  const after = isAllowed ? [...before, action] : before.filter((one) => one !== action)
  return { ...draft, allows: { ...draft.allows, [resource.subject]: inOrder(resource, after) } }
}

/** Reads rules that somebody typed; undefined if it is no list of rules. What they say is for the server to judge. */
export function parseRules(text: string): Rule[] | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return Array.isArray(found) && found.every(isRule) ? found : undefined
  } catch {
    return undefined
  }
}

/** Rules as text for people. */
export const showRules = (rules: Rule[]) => JSON.stringify(rules, undefined, 2)

function isRule(value: unknown): value is Rule {
  if (typeof value !== 'object' || value === null) return false
  const { subject, action } = value as Record<string, unknown>
  const isAction =
    typeof action === 'string' || (Array.isArray(action) && action.every((one) => typeof one === 'string'))
  return typeof subject === 'string' && isAction
}

function actionsOf(rule: Rule): string[] {
  const written = typeof rule.action === 'string' ? [rule.action] : rule.action
  if (rule.subject !== SECRETS) return written
  return [...new Set(written.flatMap((action) => (action === 'read' ? READ_SECRET : [action])))]
}

const inOrder = (resource: Resource, actions: string[]) =>
  resource.actions.filter((action) => actions.includes(action))

const isEverywhere = (rule: Rule) => Object.keys(rule.conditions ?? {}).length === 0

/** Whether a path is meant as a pattern, also as one of a kind that the server refuses. */
const isPattern = (path: string) => /[*?{}[\]()\\]|^!/.test(path)

/** The environment and path of a rule, if its conditions say no more than these. */
function placeOf(rule: Rule): { environment: string; path: string } | undefined {
  const { environment, secretPath, ...others } = rule.conditions ?? {}
  if (Object.keys(others).length > 0) return undefined
  const slug = environment === undefined ? '' : operand(environment, '$eq')
  const glob = secretPath === undefined ? '' : operand(secretPath, '$glob')
  const exact = operand(secretPath, '$eq')
  const path = glob ?? (exact !== undefined && !isPattern(exact) ? exact : undefined)
  return slug === undefined || path === undefined ? undefined : { environment: slug, path }
}

/** What a condition compares with, if it is this operator alone. A plain text is `$eq`. */
function operand(condition: unknown, operator: string): string | undefined {
  if (typeof condition === 'string') return operator === '$eq' ? condition : undefined
  const entries = Object.entries(condition ?? {})
  const [name, value] = entries[0] ?? []
  return entries.length === 1 && name === operator && typeof value === 'string' ? value : undefined
}

/** A rule that allows actions in an environment and at a path; an empty one is every one. */
export const ruleAt = (place: Omit<PlaceRow, 'kind' | 'denies'>): Rule =>
  ruleOf({ kind: 'place', denies: false, ...place })

function ruleOf(row: PlaceRow): Rule {
  const conditions: Record<string, unknown> = {}
  if (row.environment) conditions.environment = row.environment
  if (row.path) conditions.secretPath = isPattern(row.path) ? { $glob: row.path } : row.path
  return {
    subject: row.subject,
    action: row.actions,
    ...(row.denies ? { inverted: true } : {}),
    ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
  }
}
