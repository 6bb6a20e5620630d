/** One thing that going back to an earlier state does. */
export type Step = {
  kind: 'create' | 'update' | 'delete'
  what: 'secret' | 'folder' | 'import'
  environment: string
  path: string
  name: string
}

type Side = { environment: string; importPath: string; position: number } | null
type Comparison = {
  wasThere: boolean
  changes: { before?: unknown; after?: unknown; secretPath: string | null; name: string }[]
  folders: { pathBefore: string | null; pathAfter: string | null }[]
  imports: { secretPath: string; before: Side; after: Side }[]
}

/**
 * What going back changes, from comparisons whose `before` is the state to go back to and whose `after` is now. An
 * environment that was not there then stays as it is.
 */
export function stepsBack(compared: { environment: string; comparison: Comparison }[]): Step[] {
  return compared.flatMap(({ environment, comparison }) => {
    if (!comparison.wasThere) return []
    const folders = comparison.folders.map(
      ({ pathBefore, pathAfter }): Step => ({
        kind: kindBack(pathBefore, pathAfter),
        what: 'folder',
        environment,
        path: parent(pathBefore ?? pathAfter ?? '/'),
        name: last(pathBefore ?? pathAfter ?? ''),
      }),
    )
    const secrets = comparison.changes.map(
      ({ before, after, secretPath, name }): Step => ({
        kind: kindBack(before, after),
        what: 'secret',
        environment,
        path: secretPath ?? '/',
        name,
      }),
    )
    const imports = comparison.imports.map(({ before, after, secretPath }): Step => {
      const side = before ?? after
      const name = side ? `${side.environment}:${side.importPath}` : ''
      return { kind: kindBack(before, after), what: 'import', environment, path: secretPath, name }
    })
    return [...folders, ...imports, ...secrets]
  })
}

const kindBack = (then: unknown, now: unknown): Step['kind'] => (!now ? 'create' : then ? 'update' : 'delete')
const parent = (path: string) => path.replace(/\/[^/]+$/, '') || '/'
const last = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** How many steps there are of each kind. */
export function countKinds(steps: Step[]): Record<Step['kind'], number> {
  const counts = { create: 0, update: 0, delete: 0 }
  for (const { kind } of steps) counts[kind] += 1
  return counts
}

/** The oldest revision that is still complete, where the server refused an older one; undefined for other refusals. */
export function oldestKept(message: string): number | undefined {
  const found = /no longer kept; the oldest that is complete there is (\d+)/.exec(message)
  return found?.[1] === undefined ? undefined : Number(found[1])
}
