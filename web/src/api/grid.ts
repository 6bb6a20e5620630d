import { queryOptions } from '@tanstack/react-query'

import { readMatrix, type WireMatrix } from '~/lib/matrix'
import { type CellPlace, type Change, cellKey } from '~/lib/pending'
import { parentFolder } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { ApiError, request } from './client'

/** The server commits no more changes at once. */
export const COMMIT_MAX = 1000
/** The server reveals no more values at once. */
const REVEAL_MAX = 500

const path = (project: string, rest: string) => `/api/ui/v1/projects/${project}/${rest}`

/** One folder in all environments of a project, without values. */
export const matrixQuery = (project: string, folder: string) =>
  queryOptions({
    queryKey: ['matrix', project, folder],
    queryFn: async () =>
      readMatrix(await request<WireMatrix>('GET', path(project, 'matrix'), { query: { path: folder } })),
  })

const wirePlace = ({ environment, folder, key }: CellPlace) => ({ environment, path: folder, key })

export type Revealed = { value: string } | { reason: 'not-found' | 'denied' }

/** A secret whose value is wanted: everybody's, or the caller's own in place of it. */
export type Wanted = CellPlace & { own?: boolean }

/** Reads values, each of which the audit log records. In the order asked for. */
export async function revealValues(project: string, places: Wanted[]): Promise<Revealed[]> {
  const revealed: Revealed[] = []
  for (let from = 0; from < places.length; from += REVEAL_MAX) {
    const secrets = places
      .slice(from, from + REVEAL_MAX)
      .map((place) => ({ ...wirePlace(place), ...(place.own ? { type: 'personal' } : {}) }))
    const answer = await request<{ secrets: Revealed[] }>('POST', path(project, 'reveal'), {
      body: { secrets },
    })
    revealed.push(...answer.secrets)
  }
  return revealed
}

/** The value, or nothing where it may not be read or is gone. */
export const revealedValue = (revealed: Revealed | undefined) =>
  revealed && 'value' in revealed ? revealed.value : undefined

/** Reads one value. Fails where it may not be read or is gone. */
export async function revealOne(project: string, place: Wanted): Promise<string> {
  const [revealed] = await revealValues(project, [place])
  const value = revealedValue(revealed)
  if (value !== undefined) return value
  const isDenied = revealed && 'reason' in revealed && revealed.reason === 'denied'
  throw new ApiError(isDenied ? 403 : 404, text.grid.mayNotReveal, '', undefined)
}

/** What stood in the way of a change: the version the server has now, 0 if the secret is gone. */
export type Conflict = { key: string; version: number }
type WireConflict = { index: number; version: number | null }

/** Commits changes in one transaction: all of them, or none and what stood in the way. */
export async function commitChanges(
  project: string,
  changes: Change[],
  message: string,
): Promise<{ commitId: string | null } | { conflicts: Conflict[] }> {
  await createMissingFolders(project, changes)
  const body = { message, changes: changes.map(wireChange) }
  try {
    return await request<{ commitId: string | null }>('POST', path(project, 'commit'), { body })
  } catch (error) {
    const found = error instanceof ApiError && error.status === 409 ? conflictsOf(error.details) : undefined
    if (!found) throw error
    return {
      conflicts: found.flatMap(({ index, version }) => {
        const change = changes[index]
        return change ? [{ key: cellKey(change), version: version ?? 0 }] : []
      }),
    }
  }
}

const conflictsOf = (details: unknown) => (details as { conflicts?: WireConflict[] } | undefined)?.conflicts

function wireChange(change: Change) {
  const { kind, value, comment, tagIds, newKey, rewriteReferences, baseVersion } = change
  const fields = {
    ...(value === undefined ? {} : { value }),
    ...(comment === undefined ? {} : { comment }),
    ...(tagIds === undefined ? {} : { tagIds }),
  }
  if (kind === 'create') return { op: 'create', ...wirePlace(change), ...fields }
  if (kind === 'delete') return { op: 'delete', ...wirePlace(change), expectedVersion: baseVersion }
  return {
    op: 'update',
    ...wirePlace(change),
    expectedVersion: baseVersion,
    ...fields,
    ...(newKey === undefined ? {} : { newKey, rewriteReferences: Boolean(rewriteReferences) }),
  }
}

/** A folder that one environment has and another lacks is made before secrets are put into it. */
async function createMissingFolders(project: string, changes: Change[]) {
  const missing = new Map(
    changes
      .filter((change) => change.kind === 'create' && change.isFolderMissing)
      .map((change) => [`${change.environment}\n${change.folder}`, change]),
  )
  for (const { environment, folder } of missing.values()) {
    await createFolder(
      project,
      [environment],
      parentFolder(folder),
      folder.slice(folder.lastIndexOf('/') + 1),
    ).catch((error) => {
      // Somebody made it meanwhile; if it was something else the commit says so.
      if (!(error instanceof ApiError) || error.status !== 400) throw error
    })
  }
}

/** Makes a folder in environments. */
export async function createFolder(project: string, environments: string[], folder: string, name: string) {
  for (const environment of environments) {
    await request('POST', '/api/v2/folders', {
      body: { projectId: project, environment, path: folder, name },
    })
  }
}
