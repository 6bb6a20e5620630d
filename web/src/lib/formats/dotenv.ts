import { type Entry, lastOfEach, type Parsed, plainText } from './types'

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([^\s=#'"]+)[ \t]*=[ \t]*/
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' }

/**
 * Reads `.env` text. Values may be bare, in single quotes or backticks (taken as they are) or in double quotes (with
 * \n, \r, \t, \" and \\); quoted ones may span lines. `#` starts a comment at the start of a line or after a blank,
 * nowhere else. A comment right above a key becomes its comment.
 */
export function parseDotenv(source: string): Parsed {
  const text = plainText(source)
  const parsed: Parsed = { entries: [], problems: [], notes: [] }
  let at = 0
  let line = 1
  let comment: string[] = []
  while (at < text.length) {
    const end = endOfLine(text, at)
    const whole = text.slice(at, end).trim()
    if (whole.startsWith('#')) {
      comment.push(whole.replace(/^#+\s?/, ''))
    } else if (whole) {
      const read = readAssignment(text, at, line)
      if ('problem' in read) parsed.problems.push({ line, text: read.problem })
      else parsed.entries.push({ ...read.entry, comment: read.entry.comment || comment.join('\n') })
      comment = []
      if ('next' in read) {
        line += text.slice(at, read.next).split('\n').length - 1
        at = read.next
        continue
      }
    } else {
      comment = []
    }
    at = end + 1
    line += 1
  }
  return lastOfEach(parsed)
}

type Read = { entry: Entry; next: number } | { problem: string }

function readAssignment(text: string, at: number, line: number): Read {
  const end = endOfLine(text, at)
  const found = ASSIGNMENT.exec(text.slice(at, end))
  if (!found?.[1]) return { problem: 'This line is no KEY=value.' }
  const start = at + found[0].length
  const quote = text[start]
  if (quote === '"' || quote === "'" || quote === '`') return readQuoted(text, start, found[1], line)
  // What follows the sign directly is value, even a `#`, as in a shell.
  const from = /[ \t]$/.test(found[0]) ? start - 1 : start
  const { value, comment } = splitComment(text.slice(from, end))
  return { entry: { key: found[1], value: value.trim(), comment, line }, next: end + 1 }
}

/** A value in quotes, which may span lines. */
function readQuoted(text: string, start: number, key: string, line: number): Read {
  const quote = text[start]
  let value = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '\\' && quote === '"') {
      at += 1
      const escaped = text[at] ?? ''
      value += ESCAPES[escaped] ?? ('"\\$`'.includes(escaped) ? escaped : `\\${escaped}`)
    } else if (letter === quote) {
      const end = endOfLine(text, at)
      const rest = text.slice(at + 1, end).trim()
      if (rest && !rest.startsWith('#')) return { problem: `${key}: there is text after the closing quote.` }
      return { entry: { key, value, comment: rest.replace(/^#+\s?/, ''), line }, next: end + 1 }
    } else {
      value += letter
    }
  }
  return { problem: `${key}: the closing quote is missing.` }
}

/** A comment begins at a `#` after a blank, so that colours, fragments and passwords stay whole. */
function splitComment(rest: string): { value: string; comment: string } {
  const found = /[ \t]#/.exec(rest)
  if (!found) return { value: rest, comment: '' }
  return {
    value: rest.slice(0, found.index),
    comment: rest
      .slice(found.index)
      .trim()
      .replace(/^#+\s?/, ''),
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** Writes `.env` text that the reader above, dotenv libraries and shells read back alike. */
export function writeDotenv(entries: Pick<Entry, 'key' | 'value'>[]): string {
  return entries.map(({ key, value }) => `${key}=${quoted(value)}\n`).join('')
}

function quoted(value: string): string {
  if (/^[\w.,:/@%+-]*$/.test(value)) return value
  if (!/['\n\r]/.test(value)) return `'${value}'`
  const escaped = value
    .replace(/[\\"$`]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
  return `"${escaped}"`
}
