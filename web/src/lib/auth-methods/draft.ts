import { authMethods as words } from '~/lib/text/auth-methods'
import { KINDS, partsOf } from './kinds'
import type { Draft, DraftValue, Field, Settings } from './method'

/** The fields of a form as they stand at first: as the server has them, or as they begin. */
export function draftOf(fields: readonly Field[], settings?: Settings): Draft {
  const standing = ({ name, kind, start }: Field) => {
    const { show } = KINDS[kind]
    if (settings) return show(at(settings, name))
    return start ?? show(undefined)
  }
  return Object.fromEntries(fields.map((field) => [field.name, standing(field)]))
}

/** What settings have under a name that may lead into objects. */
export const at = (settings: Settings, name: string): unknown =>
  name.split('.').reduce<unknown>((inner, part) => (inner as Settings | null | undefined)?.[part], settings)

/** Whether a field counts beside what else is chosen. */
export const counts = ({ only }: Field, draft: Draft): boolean => !only || draft[only.field] === only.is

/** What stands in a field. `null` stays: it takes a credential away. */
export const valueIn = (draft: Draft, { name }: Field): DraftValue =>
  draft[name] === undefined ? '' : draft[name]

type Read = { body: Settings; problems: Record<string, string> }

/** Reads a form: what is sent, and what is wrong at which field. Nothing is sent while something is. */
export function readDraft(fields: readonly Field[], draft: Draft): Read {
  const body: Settings = {}
  const problems: Record<string, string> = {}
  for (const field of fields) {
    const kind = KINDS[field.kind]
    if (!counts(field, draft)) {
      // Within an object that is sent whole it is not there at all.
      if (!field.name.includes('.')) put(body, field.name, kind.empty)
      continue
    }
    const sent = kind.send(valueIn(draft, field))
    if ('problem' in sent) problems[field.name] = sent.problem
    else put(body, field.name, sent.wire)
  }
  if (isAboveMax(body)) problems.accessTokenTTL ??= words.aboveMax
  return { body, problems }
}

const isAboveMax = ({ accessTokenTTL: ttl, accessTokenMaxTTL: max }: Settings) =>
  typeof ttl === 'number' && typeof max === 'number' && max > 0 && ttl > max

/** Sets what a name leads to; `undefined` is not sent. */
function put(body: Settings, name: string, wire: unknown) {
  if (wire === undefined) return
  const [first = '', ...rest] = name.split('.')
  if (rest.length === 0) {
    body[first] = wire
    return
  }
  const inner = { ...(body[first] as Settings | undefined) }
  put(inner, rest.join('.'), wire)
  body[first] = inner
}

type Issue = { path: (string | number)[]; message: string }

/** Puts what the server finds wrong at the fields that are there; `rest` belongs to none of them. */
export function placeIssues(fields: readonly Field[], draft: Draft, issues: readonly Issue[]) {
  const shown = fields.filter((field) => counts(field, draft))
  const problems: Record<string, string> = {}
  const rest: string[] = []
  for (const { path, message } of issues) {
    const names = path.filter((part) => typeof part === 'string')
    const field =
      shown.find(({ name }) => name === names.join('.') || name === names[0]) ??
      shown.find(({ name }) => name.split('.').at(-1) === names.at(-1))
    if (field) problems[field.name] = sentence(message)
    else rest.push(`${names.join('.')}: ${message}`)
  }
  return { problems, rest }
}

/** The server's texts go on from the name of a field: "must be an address". */
const sentence = (message: string) =>
  message.replace(/^./, (first) => first.toUpperCase()).replace(/[^.!?]$/, '$&.')

/** Settings without the credentials that may be among them, and which of those are there. */
export function withoutSecrets(fields: readonly Field[], settings: Settings) {
  const secrets = fields.filter(({ kind }) => kind === 'secret').map(({ name }) => name)
  const stored = secrets.filter((name) => Boolean(settings[name]))
  const others = Object.entries(settings).filter(([name]) => !secrets.includes(name))
  return { settings: Object.fromEntries(others), stored }
}

/** Who is let in by settings, a line each. Long lists are cut. */
export function whoIsLetIn(fields: readonly Field[], settings: Settings): { label: string; value: string }[] {
  const draft = draftOf(fields, settings)
  return fields
    .filter((field) => field.letsIn && counts(field, draft))
    .map(({ name, label, kind, choices }) => {
      const value = draft[name]
      const chosen = choices?.find((choice) => choice.value === value)?.label
      if (Array.isArray(value)) return { label, value: cut(value.map((pair) => `${pair.key} ${pair.value}`)) }
      return { label, value: chosen ?? cut(kind === 'list' ? partsOf(value ?? '') : [value ?? '']) }
    })
    .filter((line) => line.value !== '')
}

const SHOWN_MAX = 3

const cut = (texts: string[]) =>
  texts.length > SHOWN_MAX
    ? `${texts.slice(0, SHOWN_MAX).join(', ')} +${texts.length - SHOWN_MAX}`
    : texts.join(', ')
