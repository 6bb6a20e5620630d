import { expect, test } from 'vitest'

import { type FolderImport, importedKeys, importLines, originText } from './imports'

const one = (source: string, position: number, ...keys: string[]): FolderImport => {
  const [environment = '', path = ''] = source.split(':')
  const secrets = keys.map((key) => ({ key, environment, path, version: 1 }))
  return { id: `${source}#${position}`, environment, path, position, secrets }
}

test('of two imports with the same key the later one counts, whatever their order in the answer', () => {
  const keys = importedKeys({ dev: [one('prod:/b', 2, 'A', 'C'), one('prod:/a', 1, 'A', 'B')] })
  const origins = [...(keys.dev ?? [])].map(([key, origin]) => `${key} ${originText(origin)}`).sort()
  expect(origins).toEqual(['A prod:/b', 'B prod:/a', 'C prod:/b'])
})

test('a source is one line with its place in each environment that imports it', () => {
  const imports = {
    dev: [one('prod:/a', 1, 'A'), one('prod:/b', 2)],
    staging: [one('prod:/b', 1, 'B', 'C')],
    qa: [one('prod:/c', 1)],
  }
  const lines = importLines(imports, ['dev', 'staging'])
  expect(lines.map((line) => originText(line.source))).toEqual(['prod:/a', 'prod:/b'])
  expect(lines[1]?.places).toEqual({
    dev: { id: 'prod:/b#2', position: 2, of: 2, keys: 0 },
    staging: { id: 'prod:/b#1', position: 1, of: 1, keys: 2 },
  })
})
