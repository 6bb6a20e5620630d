import { lastOfEach, type Parsed, plainText } from './types'

const COLUMNS = {
  key: ['key', 'name', 'secretkey', 'secret', 'variable'],
  value: ['value', 'secretvalue', 'password'],
  comment: ['comment', 'secretcomment', 'note', 'notes', 'description'],
}

/**
 * Reads comma- or semicolon-separated text with quotes as spreadsheets write it. A first line that names a key and a
 * value column says which is which; without one the first column is the key and the second the value.
 */
export function parseCsv(source: string): Parsed {
  const parsed: Parsed = { entries: [], problems: [], notes: [] }
  const rows = readRows(plainText(source), parsed)
  const head = rows[0]?.cells.map((cell) => cell.trim().toLowerCase().replace(/[ _-]/g, '')) ?? []
  const find = (names: string[]) => head.findIndex((name) => names.includes(name))
  const named = { key: find(COLUMNS.key), value: find(COLUMNS.value), comment: find(COLUMNS.comment) }
  const hasHead = named.key >= 0 && named.value >= 0
  const column = hasHead ? named : { key: 0, value: 1, comment: 2 }
  for (const { cells, line } of hasHead ? rows.slice(1) : rows) {
    const key = cells[column.key]?.trim()
    const value = cells[column.value]
    if (!key || value === undefined) parsed.problems.push({ line, text: 'This line has no key or no value.' })
    else parsed.entries.push({ key, value, comment: cells[column.comment] ?? '', line })
  }
  return lastOfEach(parsed)
}

type Row = { cells: string[]; line: number }

function readRows(text: string, parsed: Parsed): Row[] {
  const first = text.split('\n', 1)[0] ?? ''
  const comma = first.includes(',') || !first.includes(';') ? ',' : ';'
  const rows: Row[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let start = 1
  const endRow = () => {
    cells.push(cell)
    if (cells.length > 1 || cells[0]?.trim()) rows.push({ cells, line: start })
    cells = []
    cell = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    if (letter === '\n') line += 1
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') cell += text[++at]
      else quoted = false
    } else if (letter === '"' && !cell) quoted = true
    else if (letter === comma) {
      cells.push(cell)
      cell = ''
    } else if (letter === '\n') {
      endRow()
      start = line
    } else cell += letter
  }
  if (quoted) parsed.problems.push({ line: start, text: 'The closing quote is missing.' })
  else if (cell || cells.length) endRow()
  return rows
}

/** Writes a table with the columns key and value. A value that a spreadsheet would run is still written as it is. */
export function writeCsv(entries: { key: string; value: string }[]): string {
  const cell = (text: string) => (/[",;\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return ['key,value', ...entries.map(({ key, value }) => `${cell(key)},${cell(value)}`), ''].join('\n')
}
