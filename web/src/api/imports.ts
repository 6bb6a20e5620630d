import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { FolderImport, ImportsByEnvironment } from '~/lib/imports'
import { request } from './client'

/** The imports of a folder in all environments, with the names of what they bring. */
export const importsQuery = (project: string, folder: string) =>
  queryOptions({
    queryKey: ['imports', project, folder],
    queryFn: async (): Promise<ImportsByEnvironment> => {
      const { environments } = await request<{ environments: { slug: string; imports: FolderImport[] }[] }>(
        'GET',
        `/api/ui/v1/projects/${project}/imports`,
        { query: { path: folder } },
      )
      return Object.fromEntries(environments.map(({ slug, imports }) => [slug, imports]))
    },
  })

/** Adding, moving and removing the imports of a folder. Each counts at once, as a commit of its own. */
export function useImportChanges(project: string, environment: string, folder: string) {
  const client = useQueryClient()
  const place = { projectId: project, environment, path: folder }
  const onSuccess = () =>
    Promise.all(
      ['imports', 'matrix', 'history'].map((key) => client.invalidateQueries({ queryKey: [key, project] })),
    )
  const add = useMutation({
    mutationFn: (source: { environment: string; path: string }) =>
      request('POST', '/api/v2/secret-imports', { body: { ...place, import: source } }),
    onSuccess,
  })
  const move = useMutation({
    mutationFn: ({ id, position }: { id: string; position: number }) =>
      request('PATCH', `/api/v2/secret-imports/${id}`, { body: { ...place, import: { position } } }),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: (id: string) => request('DELETE', `/api/v2/secret-imports/${id}`, { body: place }),
    onSuccess,
  })
  return { add, move, remove }
}
