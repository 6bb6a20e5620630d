import type { Matrix } from './matrix'
import { type Change, cellKey } from './pending'

/** What the server says changed in a project. Never a value. */
export type ServerChange = {
  resource: 'secret' | 'folder' | 'import' | 'environment' | 'tag'
  kind: 'create' | 'update' | 'delete'
  environment?: string
  path?: string
  name?: string
  version?: number
}

const isInOrAbove = (path: string, folder: string) =>
  path === '/' || folder === path || folder.startsWith(`${path}/`)

/** Whether what the grid shows of `folder` may look different now. */
export function concerns({ resource, path = '/' }: ServerChange, folder: string): boolean {
  if (resource === 'secret' || resource === 'import') return path === folder
  // A folder is in `path`: it is a row here, or on the way here.
  if (resource === 'folder') return isInOrAbove(path, folder)
  return true
}

type Rows = Pick<Matrix, 'rows'>

/** A change on a version that the grid does not know yet is not overtaken by what it knows. */
const isOvertaken = ({ baseVersion }: Change, version: number) =>
  version > baseVersion || (version === 0 && baseVersion > 0)

/**
 * The pending changes of a folder that were made on another version than the server has now, with that version: 0 if
 * the secret is gone. Those known already are left out.
 */
export function overtaken(
  changes: ReadonlyMap<string, Change>,
  folder: string,
  { rows }: Rows,
): { key: string; version: number }[] {
  const cells = new Map(rows.map((row) => [row.key, row.cells]))
  return [...changes.values()]
    .filter((change) => change.folder === folder)
    .map((change) => ({ change, version: cells.get(change.key)?.[change.environment]?.version ?? 0 }))
    .filter(({ change, version }) => isOvertaken(change, version) && version !== change.conflict)
    .map(({ change, version }) => ({ key: cellKey(change), version }))
}

export type Difference = { cells: number; people: string[] }

/** How many cells of a folder differ from before, and who wrote those that are there, other than oneself. */
export function difference(before: Rows, after: Rows, me: string): Difference {
  const known = versions(before)
  const people = new Set<string>()
  let cells = 0
  for (const { key, cells: row } of after.rows) {
    for (const [environment, cell] of Object.entries(row)) {
      const place = `${environment}\n${key}`
      if (known.get(place) !== cell.version && cell.updatedBy !== me) {
        cells += 1
        if (cell.updatedBy) people.add(cell.updatedBy)
      }
      known.delete(place)
    }
  }
  // What is left is gone, and nothing says by whose hand.
  return { cells: cells + known.size, people: [...people] }
}

const versions = ({ rows }: Rows) =>
  new Map(
    rows.flatMap((row) =>
      Object.entries(row.cells).map(([environment, cell]) => [`${environment}\n${row.key}`, cell.version]),
    ),
  )
