import { parseRanges, showRanges } from '~/lib/addresses'
import { parseDuration } from '~/lib/durations'
import { authMethods as words } from '~/lib/text/auth-methods'
import type { DraftValue, Kind, Pair } from './method'

/** The longest time that the server takes, in seconds. */
const SECONDS_MAX = 315_360_000

/** What is sent, or why it cannot be. */
type Sent = { wire: unknown } | { problem: string }

type Codec = {
  /** What a field that says nothing is sent as. */
  empty: unknown
  /** What the server says, as it stands in the field. */
  show: (wire: unknown) => DraftValue
  /** What stands in the field, as the server takes it. */
  send: (value: DraftValue) => Sent
}

const lineOf = (value: DraftValue) => (typeof value === 'string' ? value.trim() : '')
const pairsOf = (value: DraftValue) => (Array.isArray(value) ? value : [])
const textOf = (wire: unknown) => (typeof wire === 'string' ? wire : '')

const text: Codec = { empty: '', show: textOf, send: (value) => ({ wire: lineOf(value) }) }

/** Commas alone say nothing. */
const list: Codec = {
  ...text,
  send: (value) => ({ wire: partsOf(lineOf(value)).join(', ') }),
}

export const partsOf = (texts: string): string[] =>
  texts
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const BLOCK = /-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/g

const keys: Codec = {
  empty: [],
  show: (wire) => (Array.isArray(wire) ? wire.join('\n') : ''),
  send: (value) => {
    const blocks = lineOf(value)
    const isAllBlocks = blocks.replaceAll(BLOCK, '').trim() === ''
    return isAllBlocks ? { wire: blocks.match(BLOCK) ?? [] } : { problem: words.badKeys }
  },
}

const secret: Codec = {
  empty: undefined,
  show: () => '',
  send: (value) => ({ wire: value === null ? null : lineOf(value) || undefined }),
}

/** Lines without anything in them are left out. */
function pairsCodec(
  empty: unknown,
  show: (wire: unknown) => Pair[],
  wireOf: (pairs: Pair[]) => unknown,
): Codec {
  return {
    empty,
    show,
    send: (value) => {
      const pairs = pairsOf(value).map((pair) => ({ key: pair.key.trim(), value: pair.value.trim() }))
      const filled = pairs.filter((pair) => pair.key || pair.value)
      const isWhole = filled.every((pair) => pair.key && pair.value)
      return isWhole ? { wire: wireOf(filled) } : { problem: words.badPairs }
    },
  }
}

const map = pairsCodec(
  {},
  (wire) => Object.entries((wire ?? {}) as object).map(([key, value]) => ({ key, value: String(value) })),
  (filled) => Object.fromEntries(filled.map(({ key, value }) => [key, value])),
)

const pairs = pairsCodec(
  [],
  (wire) =>
    (Array.isArray(wire) ? (wire as Pair[]) : []).map(({ key, value }) => ({ key, value: String(value) })),
  (filled) => filled,
)

const numberCodec = (problem: string, parse: (text: string) => number | undefined): Codec => ({
  empty: undefined,
  show: (wire) => (typeof wire === 'number' ? String(wire) : ''),
  send: (value) => {
    const number = parse(lineOf(value))
    return number === undefined ? { problem } : { wire: number }
  },
})

const seconds = numberCodec(words.badDuration, (line) => {
  const found = parseDuration(line)
  return found !== undefined && found <= SECONDS_MAX ? found : undefined
})
const number = numberCodec(words.badNumber, (line) => (/^\d{1,9}$/.test(line) ? Number(line) : undefined))

const addresses: Codec = {
  empty: undefined,
  show: (wire) => (Array.isArray(wire) ? showRanges(wire) : ''),
  send: (value) => {
    const read = parseRanges(typeof value === 'string' ? value : '')
    if ('bad' in read) return { problem: words.badIp(read.bad) }
    return { wire: read.ranges.map((range) => ({ ipAddress: showRanges([range]) })) }
  },
}

const onOff: Codec = {
  empty: undefined,
  show: (wire) => (wire === true ? 'on' : ''),
  send: (value) => ({ wire: value === 'on' }),
}

/** What the wire makes of each kind of field. */
export const KINDS: Record<Kind, Codec> = {
  text,
  list,
  lines: text,
  keys,
  secret,
  choice: text,
  map,
  pairs,
  seconds,
  number,
  addresses,
  switch: onOff,
}
