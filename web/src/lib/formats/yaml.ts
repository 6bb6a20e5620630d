import { lastOfEach, type Parsed, plainText } from './types'

const PAIR = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:'"[\]{}&*!|>%@`-][^:]*?)\s*:(?:\s+(.*))?$/

/**
 * Reads the flat part of YAML: `key: value` at the left edge, values bare, in quotes on one line, or as a block
 * (`|`, `|-`, `>`, `>-`). Comments and `---` are skipped. Everything else, such as nesting, lists, anchors and tags, is a
 * problem that names its line: nothing is guessed.
 */
export function parseYaml(source: string): Parsed {
  const lines = plainText(source).split('\n')
  const parsed: Parsed = { entries: [], problems: [], notes: [] }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (!line.trim() || /^\s*#/.test(line) || /^(---|\.\.\.)\s*$/.test(line)) continue
    const [, name, rest = ''] = PAIR.exec(line) ?? []
    if (!name) {
      parsed.problems.push({ line: at + 1, text: 'Only flat "key: value" lines can be read.' })
      continue
    }
    const key = unquote(name) ?? name
    const block = /^([|>])([+-]?)\s*(?:#.*)?$/.exec(rest)
    const taken = block ? indented(lines, at + 1) : []
    const value = block ? blockText(taken, block[1] === '>', block[2] ?? '') : scalar(rest)
    if (value === undefined)
      parsed.problems.push({ line: at + 1, text: `${key}: this kind of value cannot be read.` })
    else parsed.entries.push({ key, value, comment: '', line: at + 1 })
    at += taken.length
  }
  return lastOfEach(parsed)
}

function scalar(rest: string): string | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$/.exec(rest)
  if (quoted?.[1]) return unquote(quoted[1])
  if (/^["'[\]{}&*!|>%@`]/.test(rest)) return undefined
  const bare = rest.replace(/(^|\s)#.*$/, '').trim()
  return bare === '~' || bare === 'null' ? '' : bare
}

function unquote(text: string): string | undefined {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'")
  if (!text.startsWith('"')) return undefined
  const known: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '"': '"',
    '\\': '\\',
    '/': '/',
    '0': '\0',
  }
  let wrong = false
  const value = text
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code?: string, letter?: string) => {
      if (code) return String.fromCharCode(Number.parseInt(code, 16))
      const meant = known[letter ?? '']
      if (meant === undefined) wrong = true
      return meant ?? ''
    })
  return wrong ? undefined : value
}

/** The lines after a block's first: all that are indented or blank. */
function indented(lines: string[], from: number): string[] {
  let to = from
  while (to < lines.length && (/^\s+\S/.test(lines[to] ?? '') || !lines[to]?.trim())) to += 1
  return lines.slice(from, to)
}

function blockText(lines: string[], folded: boolean, chomp: string): string {
  const depth = /^\s*/.exec(lines.find((line) => line.trim()) ?? '')?.[0].length ?? 0
  const text = lines.map((line) => line.slice(depth)).join('\n')
  const body = text.replace(/\n+$/, '')
  const joined = folded ? body.replace(/([^\n])\n(?=[^\n\s])/g, '$1 ').replace(/\n\n/g, '\n') : body
  if (chomp === '-' || !body) return joined
  return chomp === '+' ? joined + text.slice(body.length) : `${joined}\n`
}

/** Writes YAML with every value in double quotes, which JSON's own escapes suit. */
export const writeYaml = (entries: { key: string; value: string }[]) =>
  entries
    .map(
      ({ key, value }) =>
        `${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: ${JSON.stringify(value)}\n`,
    )
    .join('')
