import type { Extent } from './access'
import { text } from './text'

type Summary = {
  environment: string
  secrets: { action: string; least: Extent; most: Extent; secretCount: number | null }[]
}
type Changed = {
  subject: string
  action: string
  before: Extent
  after: Extent
  granted: number | null
  taken: number | null
}

const words = text.preview
const rules = text.roleEditor

/** What a draft says about reading values: "reads 12 secrets in dev; denies prod". */
export function meaningOf({ environments }: { environments: Summary[] }): string {
  const parts = environments.flatMap(({ environment, secrets }) => {
    const reading = secrets.find((one) => one.action === 'readValue')
    if (!reading) return []
    const where = reading.least === reading.most ? environment : words.someOf(environment)
    if (reading.most === 'all' || reading.most === 'some') return [words.reads(where, reading.secretCount)]
    if (reading.least === 'denied') return [words.denies(where)]
    return reading.least === 'some-denied' ? [words.deniesSome(environment)] : []
  })
  return parts.length > 0 ? parts.join('; ') : words.nowhere
}

/** What changes at a place: "grants Secrets: Read values (2 secrets); takes away Tags: Edit". */
export function changedWords(changed: Changed[]): string[] {
  const granted = changed.filter((one) => rank(one.after) > rank(one.before) || (one.granted ?? 0) > 0)
  const taken = changed.filter((one) => rank(one.after) < rank(one.before) || (one.taken ?? 0) > 0)
  const denied = taken.filter((one) => isDenial(one.after))
  const others = taken.filter((one) => !isDenial(one.after))
  return [
    listed(words.grants, granted, (one) => one.granted),
    listed(words.takes, others, (one) => one.taken),
    listed(words.denied, denied, (one) => one.taken),
  ].filter(Boolean)
}

const ORDER: Extent[] = ['denied', 'some-denied', 'none', 'some', 'all']
const rank = (extent: Extent) => ORDER.indexOf(extent)
const isDenial = (extent: Extent) => extent === 'denied' || extent === 'some-denied'

function listed(verb: string, changed: Changed[], count: (one: Changed) => number | null): string {
  if (changed.length === 0) return ''
  const name = (one: Changed) => {
    const number = count(one)
    const right = `${rules.resources[one.subject] ?? one.subject}: ${rules.actions[one.action] ?? one.action}`
    return number ? `${right} (${words.secrets(number)})` : right
  }
  return `${verb} ${changed.map(name).join(', ')}`
}
