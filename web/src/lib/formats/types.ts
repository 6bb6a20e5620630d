/** One secret read from a text. `line` is where it starts, counted from 1. */
export type Entry = { key: string; value: string; comment: string; line: number }

/** What a text held: secrets, what could not be read, and what was changed in reading. */
export type Parsed = { entries: Entry[]; problems: Remark[]; notes: Remark[] }

export type Remark = { line: number; text: string }

/** Text as editors leave it: no byte order mark, one kind of line end. */
export const plainText = (text: string) => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')

/** Keeps the last of several entries with the same key, and says so, as a shell would. */
export function lastOfEach(parsed: Parsed): Parsed {
  const last = new Map(parsed.entries.map((entry) => [entry.key, entry]))
  const notes = [...parsed.notes]
  for (const entry of parsed.entries) {
    const kept = last.get(entry.key)
    if (kept && kept !== entry) {
      notes.push({
        line: entry.line,
        text: `${entry.key} is there again in line ${kept.line}, which is used.`,
      })
    }
  }
  return { ...parsed, notes, entries: parsed.entries.filter((entry) => last.get(entry.key) === entry) }
}
