import type { Rule } from './rules'
import { text } from './text'

const rules = text.roleEditor
const UNITS: [number, string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** How long until a time, in its two largest units; undefined once it is over. */
export function timeLeft(end: string, now: number): string | undefined {
  const seconds = Math.ceil((new Date(end).getTime() - now) / 1000)
  if (!(seconds > 0)) return undefined
  const first = UNITS.findIndex(([length]) => seconds >= length)
  const [length, unit] = UNITS[first] ?? [1, 's']
  const [nextLength, nextUnit] = UNITS[first + 1] ?? [0, '']
  const rest = nextLength > 0 ? Math.floor((seconds % length) / nextLength) : 0
  return `${Math.floor(seconds / length)} ${unit}${rest > 0 ? ` ${rest} ${nextUnit}` : ''}`
}

/** A rule in a line: "Secrets: Read values in dev:/app/**". Conditions that are no place are left as they are. */
export function describeRule({ subject, action, inverted, conditions = {} }: Rule): string {
  const actions = (typeof action === 'string' ? [action] : action).map((one) => rules.actions[one] ?? one)
  const { environment, secretPath, ...others } = conditions
  const place = [environment, secretPath].map(operandOf).filter(Boolean).join(':')
  const more = Object.keys(others).length > 0 ? ` ${JSON.stringify(others)}` : ''
  const what = `${rules.resources[subject] ?? subject}: ${actions.join(', ')}${place ? ` in ${place}` : ''}${more}`
  return inverted ? text.privileges.denies(what) : what
}

function operandOf(condition: unknown): string {
  if (condition === undefined) return ''
  if (typeof condition === 'string') return condition
  const values = Object.values(condition ?? {})
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : JSON.stringify(condition)
}
