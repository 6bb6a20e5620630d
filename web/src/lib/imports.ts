/** A folder that another one includes, and the names that brings. */
export type FolderImport = {
  id: string
  environment: string
  path: string
  /** Its place among the imports of the folder, 1 for the first. */
  position: number
  secrets: { key: string; environment: string; path: string; version: number }[]
}

/** The imports of one folder, by environment. */
export type ImportsByEnvironment = Record<string, FolderImport[]>

/** Where an imported secret is. */
export type Origin = { environment: string; path: string }

/** Of each environment the keys that its imports bring, with where they are. A later import hides an earlier one. */
export function importedKeys(imports: ImportsByEnvironment): Record<string, ReadonlyMap<string, Origin>> {
  return Object.fromEntries(
    Object.entries(imports).map(([environment, list]) => {
      const keys = new Map<string, Origin>()
      for (const one of inOrder(list)) {
        for (const { key, environment: from, path } of one.secrets) keys.set(key, { environment: from, path })
      }
      return [environment, keys]
    }),
  )
}

/** A source in the grid, with what it is in each environment that imports it. */
export type ImportLine = {
  kind: 'import'
  source: Origin
  places: Record<string, { id: string; position: number; of: number; keys: number }>
}

/** The sources that the environments shown import, in the order of their first places. */
export function importLines(imports: ImportsByEnvironment, environments: string[]): ImportLine[] {
  const lines = new Map<string, ImportLine>()
  for (const slug of environments) {
    const list = imports[slug] ?? []
    for (const { id, environment, path, position, secrets } of inOrder(list)) {
      const key = originText({ environment, path })
      const line: ImportLine = lines.get(key) ?? { kind: 'import', source: { environment, path }, places: {} }
      line.places[slug] = { id, position, of: list.length, keys: secrets.length }
      lines.set(key, line)
    }
  }
  const first = (line: ImportLine) => Math.min(...Object.values(line.places).map((one) => one.position))
  return [...lines.values()].sort((one, other) => first(one) - first(other))
}

const inOrder = (list: FolderImport[]) => [...list].sort((one, other) => one.position - other.position)

/** An origin as people write it: `prod:/shared`. */
export const originText = ({ environment, path }: Origin) => `${environment}:${path}`
