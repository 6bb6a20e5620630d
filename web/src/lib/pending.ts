import { type FolderChange, withMoved, withoutFolder } from './pending-folders'

/** Where a secret is: one cell of the grid. */
export type CellPlace = { environment: string; folder: string; key: string }

/** A change that is not committed yet. Fields that are not there stay as they are on the server. */
export type Change = CellPlace & {
  kind: 'create' | 'update' | 'delete'
  value?: string
  comment?: string
  tagIds?: string[]
  /** The new name, when the secret is renamed. */
  newKey?: string
  /** Whether the references to the secret get its new name too. */
  rewriteReferences?: boolean
  /** The version that the change was made on; 0 when there was no secret. */
  baseVersion: number
  /** The folder is not in this environment yet and is made first. */
  isFolderMissing?: boolean
  /** What the server has now, when it refused the change because somebody else was faster; 0 when it is gone. */
  conflict?: number
}

export type Fields = Pick<
  Change,
  'value' | 'comment' | 'tagIds' | 'newKey' | 'rewriteReferences' | 'isFolderMissing'
>
type Changes = ReadonlyMap<string, Change>

/** All changes of one project that are not committed, in the order they were made, with what can be undone. */
export type Pending = { changes: Changes; past: Changes[]; future: Changes[] }

/** More steps than this are not undone one by one. */
const STEPS_MAX = 200

export const NOTHING_PENDING: Pending = { changes: new Map(), past: [], future: [] }

export type Edit = { place: CellPlace; baseVersion: number; fields: Fields }

export type Action =
  | { type: 'edit'; edits: Edit[] }
  | { type: 'delete'; cells: { place: CellPlace; baseVersion: number }[] }
  | { type: 'discard'; keys: string[] }
  | { type: 'discard-all' }
  | { type: 'committed'; keys: string[] }
  | { type: 'conflicts'; found: { key: string; version: number }[] }
  | { type: 'keep-mine'; key: string }
  | { type: 'folder-renamed'; where: FolderChange; to: string }
  | { type: 'folder-deleted'; where: FolderChange }
  | { type: 'undo' }
  | { type: 'redo' }

/** Names a cell. The separator can be in no slug, path or name. */
export const cellKey = ({ environment, folder, key }: CellPlace) => `${environment}\n${folder}\n${key}`

/** What the pending changes are after `action`. */
export function pendingReducer(pending: Pending, action: Action): Pending {
  switch (action.type) {
    case 'edit':
      return step(pending, (changes) => {
        for (const edit of action.edits) applyEdit(changes, edit)
      })
    case 'delete':
      return step(pending, (changes) => {
        for (const cell of action.cells) applyDelete(changes, cell)
      })
    case 'discard':
      return step(pending, (changes) => {
        for (const key of action.keys) changes.delete(key)
      })
    case 'discard-all':
      return step(pending, (changes) => changes.clear())
    case 'committed':
      // What is on the server is undone there, by another commit, not here.
      return { changes: without(pending.changes, action.keys), past: [], future: [] }
    case 'conflicts':
      return { ...pending, changes: withConflicts(pending.changes, action.found) }
    case 'keep-mine':
      return step(pending, (changes) => keepMine(changes, action.key))
    // What was before has places that are no more.
    case 'folder-renamed':
      return { changes: withMoved(pending.changes, action.where, action.to), past: [], future: [] }
    case 'folder-deleted':
      return { changes: withoutFolder(pending.changes, action.where), past: [], future: [] }
    case 'undo':
      return undo(pending)
    case 'redo':
      return redo(pending)
  }
}

/** A new state made by changing a copy; the old one can be returned to. */
function step(pending: Pending, change: (changes: Map<string, Change>) => void): Pending {
  const changes = new Map(pending.changes)
  change(changes)
  return { changes, past: [...pending.past, pending.changes].slice(-STEPS_MAX), future: [] }
}

function applyEdit(changes: Map<string, Change>, { place, baseVersion, fields }: Edit) {
  const key = cellKey(place)
  const before = changes.get(key)
  const earlier = before && before.kind !== 'delete' ? before : undefined
  const base = before?.baseVersion ?? baseVersion
  changes.set(key, {
    ...place,
    ...earlier,
    ...fields,
    kind: base === 0 ? 'create' : 'update',
    baseVersion: base,
  })
}

function applyDelete(changes: Map<string, Change>, cell: { place: CellPlace; baseVersion: number }) {
  const key = cellKey(cell.place)
  const base = changes.get(key)?.baseVersion ?? cell.baseVersion
  changes.delete(key)
  // Deleting what was only about to be added leaves nothing to do.
  if (base > 0) changes.set(key, { ...cell.place, kind: 'delete', baseVersion: base })
}

function without(changes: Changes, keys: string[]): Changes {
  const left = new Map(changes)
  for (const key of keys) left.delete(key)
  return left
}

function withConflicts(changes: Changes, found: { key: string; version: number }[]): Changes {
  const marked = new Map(changes)
  for (const { key, version } of found) {
    const change = marked.get(key)
    if (change) marked.set(key, { ...change, conflict: version })
  }
  return marked
}

/** Puts a refused change on top of what the server has now. */
function keepMine(changes: Map<string, Change>, key: string) {
  const change = changes.get(key)
  if (change?.conflict === undefined) return
  const { conflict, ...rest } = change
  if (conflict === 0 && rest.kind === 'delete') changes.delete(key)
  else changes.set(key, { ...rest, baseVersion: conflict, kind: kindOn(rest, conflict) })
}

const kindOn = (change: Change, version: number): Change['kind'] =>
  change.kind === 'delete' ? 'delete' : version === 0 ? 'create' : 'update'

function undo({ changes, past, future }: Pending): Pending {
  const last = past.at(-1)
  return last
    ? { changes: last, past: past.slice(0, -1), future: [...future, changes] }
    : { changes, past, future }
}

function redo({ changes, past, future }: Pending): Pending {
  const next = future.at(-1)
  return next
    ? { changes: next, past: [...past, changes], future: future.slice(0, -1) }
    : { changes, past, future }
}

/** How many changes there are in each environment, in the order given. */
export function countByEnvironment(
  changes: Changes,
  order: string[],
): { environment: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { environment } of changes.values()) counts.set(environment, (counts.get(environment) ?? 0) + 1)
  const known = order.filter((environment) => counts.has(environment))
  const others = [...counts.keys()].filter((environment) => !order.includes(environment))
  return [...known, ...others].map((environment) => ({ environment, count: counts.get(environment) ?? 0 }))
}
