import { type ImportLine, type Origin, originText } from './imports'
import { type Change, cellKey } from './pending'

/** What the grid needs to know of a secret to draw and find it. */
export type GridCell = {
  tagIds: string[]
  isEmpty: boolean
  isReference: boolean
  hasComment: boolean
  hasOverride: boolean
}
export type KeyLine<C> = {
  kind: 'key'
  key: string
  cells: Record<string, C | undefined>
  isNew: boolean
  /** Where it comes from, in environments that do not have it themselves. */
  imported: Record<string, Origin | undefined>
}
export type FolderLine = { kind: 'folder'; name: string; environments: string[] }
export type Line<C> = KeyLine<C> | FolderLine | ImportLine

/** What imports bring: of each environment the keys, with where they are. */
export type Imported = Record<string, ReadonlyMap<string, Origin>>

type Input<C> = {
  rows: { key: string; cells: Record<string, C> }[]
  folders: { name: string; environments: string[] }[]
  imports: ImportLine[]
  imported: Imported
  folder: string
  environments: string[]
  changes: ReadonlyMap<string, Change>
  filter: string
  tagNames: ReadonlyMap<string, string>
}

/**
 * The lines of the grid: folders, imports, keys that are only pending, the keys of the server in their order, then
 * keys that are only imported. New keys stay on top until the list is read again, so that nothing moves under the
 * hand that types.
 */
export function gridLines<C extends GridCell>(input: Input<C>): Line<C>[] {
  const known = new Set(input.rows.map((row) => row.key))
  const added = new Set<string>()
  for (const change of input.changes.values()) {
    if (change.folder === input.folder && change.kind !== 'delete' && !known.has(change.key))
      added.add(change.key)
  }
  const matches = filterOf<C>(input)
  const folders = input.folders.filter(
    ({ name }) => !input.filter || name.toLowerCase().includes(input.filter.toLowerCase()),
  )
  const imports = input.imports.filter(
    ({ source }) => !input.filter || originText(source).toLowerCase().includes(input.filter.toLowerCase()),
  )
  const lines: Line<C>[] = [...folders.map((folder) => ({ kind: 'folder' as const, ...folder })), ...imports]
  const add = (key: string, cells: Record<string, C | undefined>, isNew: boolean) => {
    const line: KeyLine<C> = { kind: 'key', key, cells, isNew, imported: originsOf(input, key, cells) }
    if (matches(line)) lines.push(line)
  }
  for (const key of added) add(key, {}, true)
  for (const row of input.rows) add(row.key, row.cells, false)
  const others = input.environments.flatMap((environment) => [...(input.imported[environment]?.keys() ?? [])])
  for (const key of [...new Set(others)].sort()) {
    if (!known.has(key) && !added.has(key)) add(key, {}, false)
  }
  return lines
}

/** Where a key comes from in environments that do not have it themselves. */
function originsOf<C>(
  { environments, imported }: Input<C>,
  key: string,
  cells: Record<string, C | undefined>,
) {
  const origins: Record<string, Origin | undefined> = {}
  for (const environment of environments) {
    const origin = cells[environment] ? undefined : imported[environment]?.get(key)
    if (origin) origins[environment] = origin
  }
  return origins
}

/**
 * Reads the filter: words that must be in the key, `tag:name`, and `is:` with missing (not in every environment
 * shown), changed (pending), empty, reference, commented, override or imported.
 */
function filterOf<C extends GridCell>({ filter, environments, changes, folder, tagNames }: Input<C>) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const isPending = (line: KeyLine<C>, environment: string) =>
    changes.has(cellKey({ environment, folder, key: line.key }))
  const some = (line: KeyLine<C>, is: (cell: C) => boolean) =>
    environments.some((environment) => {
      const cell = line.cells[environment]
      return cell !== undefined && is(cell)
    })
  const states: Record<string, (line: KeyLine<C>) => boolean> = {
    'is:missing': (line) =>
      environments.some((one) => !line.cells[one] && !line.imported[one] && !isPending(line, one)),
    'is:changed': (line) => environments.some((one) => isPending(line, one)),
    'is:empty': (line) => some(line, (cell) => cell.isEmpty),
    'is:reference': (line) => some(line, (cell) => cell.isReference),
    'is:commented': (line) => some(line, (cell) => cell.hasComment),
    'is:override': (line) => some(line, (cell) => cell.hasOverride),
    'is:imported': (line) => environments.some((one) => line.imported[one]),
  }
  const hasTag = (line: KeyLine<C>, name: string) =>
    some(line, (cell) => cell.tagIds.some((id) => tagNames.get(id)?.toLowerCase() === name))
  return (line: KeyLine<C>) =>
    words.every((word) => {
      const state = states[word]
      if (state) return state(line)
      return word.startsWith('tag:') ? hasTag(line, word.slice(4)) : line.key.toLowerCase().includes(word)
    })
}

/** How many of the keys each environment lacks and does not import either. */
export function missingCounts<C>(
  rows: { key: string; cells: Record<string, C> }[],
  environments: string[],
  imported: Imported,
): Record<string, number> {
  const lacks = (environment: string, row: { key: string; cells: Record<string, C> }) =>
    !row.cells[environment] && !imported[environment]?.has(row.key)
  return Object.fromEntries(
    environments.map((environment) => [environment, rows.filter((row) => lacks(environment, row)).length]),
  )
}
