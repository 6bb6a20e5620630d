import { lastOfEach, type Parsed, plainText } from './types'

/**
 * Reads a JSON object of keys and values. Objects within it are flattened, their keys joined by `separator`; what is
 * no text becomes the JSON for it, and a note says so. A list of `{key, value}` or `{secretKey, secretValue}`, as
 * other secret managers export, works too.
 */
export function parseJson(source: string, separator = '_'): Parsed {
  const parsed: Parsed = { entries: [], problems: [], notes: [] }
  let data: unknown
  try {
    data = JSON.parse(plainText(source))
  } catch (error) {
    parsed.problems.push({ line: 1, text: `This is no JSON: ${error instanceof Error ? error.message : ''}` })
    return parsed
  }
  if (Array.isArray(data)) readList(data, parsed)
  else if (isObject(data)) flatten(data, '', separator, parsed)
  else parsed.problems.push({ line: 1, text: 'An object of keys and values is wanted.' })
  return lastOfEach(parsed)
}

const isObject = (data: unknown): data is Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data)

function flatten(object: Record<string, unknown>, before: string, separator: string, parsed: Parsed) {
  for (const [name, value] of Object.entries(object)) {
    const key = before + name
    if (isObject(value)) flatten(value, key + separator, separator, parsed)
    else add(key, value, '', parsed)
  }
}

function add(key: string, value: unknown, comment: string, parsed: Parsed) {
  if (typeof value !== 'string') {
    const what = value === null ? 'null, taken as empty' : `${typeof value}, written as JSON`
    parsed.notes.push({ line: 1, text: `${key} is ${what}.` })
  }
  const text = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
  parsed.entries.push({ key, value: text, comment, line: 1 })
}

function readList(list: unknown[], parsed: Parsed) {
  list.forEach((item, at) => {
    const one = isObject(item) ? item : {}
    const key = one.key ?? one.secretKey ?? one.name
    if (typeof key !== 'string') {
      parsed.problems.push({ line: 1, text: `Item ${at + 1} of the list has no key.` })
      return
    }
    const comment = one.comment ?? one.secretComment
    add(key, one.value ?? one.secretValue ?? null, typeof comment === 'string' ? comment : '', parsed)
  })
}
