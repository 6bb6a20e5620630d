import { useQueries } from '@tanstack/react-query'

import { ApiError } from '~/api/client'
import { matrixQuery } from '~/api/grid'
import { importsQuery } from '~/api/imports'
import { type ImportsByEnvironment, importedKeys } from '~/lib/imports'
import type { Matrix } from '~/lib/matrix'
import { type CellPlace, type Change, cellKey } from '~/lib/pending'
import { foldersOf, type Knows, unresolvedOf, type Written } from '~/lib/references'

/**
 * Of values, by whatever names them, the references that lead to nothing; while that is not known, none. What is
 * pending counts as done: it is committed together.
 */
export function useUnresolved(
  project: string,
  values: ReadonlyMap<string, Written>,
  changes: ReadonlyMap<string, Change>,
): ReadonlyMap<string, string[]> {
  const folders = foldersOf([...values.values()])
  const matrices = useQueries({ queries: folders.map((folder) => matrixQuery(project, folder)) })
  const imports = useQueries({ queries: folders.map((folder) => importsQuery(project, folder)) })

  const stored = new Map<string, (key: string) => boolean | undefined>()
  const isStored = ({ environment, folder, key }: CellPlace): boolean | undefined => {
    const name = `${environment}\n${folder}`
    const found = stored.get(name)
    if (found) return found(key)
    const at = folders.indexOf(folder)
    const made = keysIn(environment, matrices[at], imports[at]?.data)
    stored.set(name, made)
    return made(key)
  }
  const knows: Knows = (environment, folder, key) => {
    const place = { environment, folder, key }
    return isPendingThere(changes, place) ?? isStored(place)
  }
  return new Map(
    [...values]
      .map(([name, written]) => [name, unresolvedOf(written, knows)] as const)
      .filter(([, lost]) => lost.length > 0),
  )
}

type MatrixAnswer = { data: Matrix | undefined; error: unknown }

/** Says of keys whether a folder has or imports them in an environment; undefined where that is not known. */
function keysIn(
  environment: string,
  matrix: MatrixAnswer | undefined,
  imports: ImportsByEnvironment | undefined,
): (key: string) => boolean | undefined {
  if (isNotFound(matrix?.error)) return () => false
  const column = matrix?.data?.environments.find((one) => one.slug === environment)
  if (!matrix?.data || !imports || (column && !column.can.describe)) return () => undefined
  const own = matrix.data.rows.filter((row) => row.cells[environment]).map((row) => row.key)
  const keys = new Set([...own, ...(importedKeys(imports)[environment]?.keys() ?? [])])
  return (key) => keys.has(key)
}

/** Whether the pending changes make or take away a secret; undefined where they do neither. */
function isPendingThere(changes: ReadonlyMap<string, Change>, place: CellPlace): boolean | undefined {
  const own = changes.get(cellKey(place))
  if (own) return own.kind !== 'delete' && (own.newKey ?? own.key) === place.key
  for (const { environment, folder, newKey } of changes.values()) {
    if (newKey === place.key && environment === place.environment && folder === place.folder) return true
  }
  return undefined
}

const isNotFound = (error: unknown) => error instanceof ApiError && error.status === 404
