import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { matrixQuery } from '~/api/grid'
import { importsQuery } from '~/api/imports'
import { type Environment, tagsQuery } from '~/api/projects'
import { usePending } from '~/components/pending-store'
import { useUnresolved } from '~/components/use-unresolved'
import { gridLines } from '~/lib/grid-model'
import { importedKeys, importLines } from '~/lib/imports'
import type { Cell } from '~/lib/matrix'
import type { Written } from '~/lib/references'
import { insideFolder } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { useMedia } from '~/lib/use-media'
import { useRevealed } from './use-revealed'

export type SecretsProject = {
  id: string
  name: string
  slug: string
  autoCapitalization: boolean
  environments: Environment[]
}

/**
 * What the secrets page shows: one folder in the environments shown, with everything pending on top. `only` is the
 * one environment of the explorer; a phone shows one at a time too.
 */
export function useSecrets(project: SecretsProject, only: string | undefined) {
  const client = useQueryClient()
  const [folder] = useUrlState('secretPath', '/')
  const [filter, setFilter] = useUrlState('q')
  const isNarrow = useMedia('(max-width: 760px)')
  const shown = only ?? (isNarrow ? project.environments[0]?.slug : undefined)
  const columns = shown ? project.environments.filter((one) => one.slug === shown) : project.environments
  const slugs = columns.map((one) => one.slug)

  const matrix = useQuery(matrixQuery(project.id, folder))
  const imports = useQuery(importsQuery(project.id, folder)).data ?? {}
  const tags = useQuery(tagsQuery(project.id))
  const [pending, dispatch] = usePending(project.id)
  const { revealed, toggle, copy, hideAll } = useRevealed(project.id)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())

  const all = matrix.data?.rows ?? []
  const rows = only ? all.filter((row) => row.cells[only]) : all
  const tagNames = new Map(tags.data?.map((tag) => [tag.id, tag.slug]))
  const imported = importedKeys(imports)
  const lines = gridLines<Cell>({
    rows,
    folders: matrix.data?.folders.filter((one) => !only || one.environments.includes(only)) ?? [],
    imports: importLines(imports, slugs),
    imported,
    folder,
    environments: slugs,
    changes: pending.changes,
    filter,
    tagNames,
  })
  const environmentOf = (slug: string) => matrix.data?.environments.find((one) => one.slug === slug)
  const place = (key: string, environment: string) => ({ environment, folder, key })
  const cellOf = (key: string, environment: string) => all.find((row) => row.key === key)?.cells[environment]
  const versionOf = (key: string, environment: string) => cellOf(key, environment)?.version ?? 0

  /** Where the value of a cell is read, if it is only imported. */
  const originOf = (key: string, environment: string) => {
    const origin = cellOf(key, environment) ? undefined : imported[environment]?.get(key)
    return origin && { environment: origin.environment, folder: origin.path, key }
  }
  /** Whether a cell has a value, of its own or an imported one. */
  const isSet = (key: string, environment: string) =>
    versionOf(key, environment) > 0 || Boolean(originOf(key, environment))

  /** Puts values among the pending changes, each in all of the environments. */
  const add = (entries: { key: string; value: string; comment?: string }[], environments: string[]) =>
    dispatch({
      type: 'edit',
      edits: environments.flatMap((environment) =>
        entries.map(({ key, value, comment }) => ({
          place: place(key, environment),
          baseVersion: versionOf(key, environment),
          fields: {
            value,
            ...(comment ? { comment } : {}),
            ...(environmentOf(environment)?.folderId ? {} : { isFolderMissing: folder !== '/' }),
          },
        })),
      ),
    })
  const remove = (cells: { key: string; environment: string }[]) =>
    dispatch({
      type: 'delete',
      cells: cells
        .filter((one) => cellOf(one.key, one.environment)?.mayDelete ?? true)
        .map((one) => ({
          place: place(one.key, one.environment),
          baseVersion: versionOf(one.key, one.environment),
        })),
    })
  const select = (keys: string[], chosen: boolean) => {
    const after = new Set(selected)
    for (const key of keys) {
      if (chosen) after.add(key)
      else after.delete(key)
    }
    setSelected(after)
  }
  /** A folder here, in the environments shown that have it. */
  const folderPlace = (name: string) => ({
    parent: folder,
    name,
    environments:
      matrix.data?.folders
        .find((one) => one.name === name)
        ?.environments.filter((slug) => slugs.includes(slug)) ?? [],
  })
  const refresh = () =>
    Promise.all(
      ['matrix', 'imports', 'history'].map((key) =>
        client.invalidateQueries({ queryKey: [key, project.id] }),
      ),
    ).then(() => undefined)
  const whereIs = (name: string) => ({
    folder: insideFolder(folder, name),
    environments: folderPlace(name).environments,
  })
  const folderRenamed = (name: string, to: string) => {
    if (to !== name) dispatch({ type: 'folder-renamed', where: whereIs(name), to: insideFolder(folder, to) })
    void refresh()
  }
  const folderDeleted = (name: string) => {
    dispatch({ type: 'folder-deleted', where: whereIs(name) })
    void refresh()
  }
  // What can be seen of values: pending ones of this folder, and revealed ones.
  const seen = new Map<string, Written>()
  for (const [name, value] of revealed) {
    const [environment = '', inFolder = ''] = name.split('\n')
    seen.set(name, { environment, folder: inFolder, value })
  }
  for (const [name, change] of pending.changes) {
    if (change.folder === folder && change.value !== undefined)
      seen.set(name, { ...change, value: change.value })
  }
  const lost = useUnresolved(project.id, seen, pending.changes)
  return {
    folder,
    filter,
    setFilter,
    columns,
    slugs,
    matrix,
    tags: tags.data ?? [],
    tagNames,
    rows,
    lines,
    denied: new Set(matrix.data?.environments.filter((one) => !one.can.describe).map((one) => one.slug)),
    pending,
    dispatch,
    revealed,
    lost,
    toggle: (key: string, environment: string) =>
      void toggle(place(key, environment), originOf(key, environment)),
    copy: (key: string, environment: string) => {
      const said = cellOf(key, environment)?.hasOverride ? text.own.shared(key) : key
      void copy(originOf(key, environment) ?? place(key, environment), said)
    },
    hideAll,
    selected,
    select,
    clearSelection: () => setSelected(new Set()),
    place,
    cellOf,
    versionOf,
    isSet,
    imported,
    add,
    remove,
    folderPlace,
    folderRenamed,
    folderDeleted,
    refresh,
  }
}

export type Secrets = ReturnType<typeof useSecrets>
