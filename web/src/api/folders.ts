import { queryOptions } from '@tanstack/react-query'

import { insideFolder } from '~/lib/secret-name'
import { request } from './client'

type WireFolder = { id: string; name: string; description: string | null }

/** A folder in the environments that have it. */
export type FolderPlace = { parent: string; name: string; environments: string[] }

const list = (project: string, environment: string, path: string, recursive = false) =>
  request<{ folders: WireFolder[] }>('GET', '/api/v2/folders', {
    query: { projectId: project, environment, path, recursive },
  })

/** What a folder is for, as each of its environments says. */
export const descriptionsQuery = (project: string, { parent, name, environments }: FolderPlace) =>
  queryOptions({
    queryKey: ['folder', project, parent, name, environments],
    queryFn: () =>
      Promise.all(
        environments.map(async (environment) => {
          const { folders } = await list(project, environment, parent)
          return folders.find((one) => one.name === name)?.description ?? ''
        }),
      ),
  })

export type Contents = { environment: string; secrets: number; folders: number }

/** How much is in a folder and below it, in each of its environments. No value is read. */
export const contentsQuery = (project: string, place: FolderPlace) =>
  queryOptions({
    queryKey: ['contents', project, place],
    queryFn: () => Promise.all(place.environments.map((one) => contentsOf(project, place, one))),
    staleTime: 0,
  })

async function contentsOf(
  project: string,
  { parent, name }: FolderPlace,
  environment: string,
): Promise<Contents> {
  const path = insideFolder(parent, name)
  const [{ totalCount }, { folders }] = await Promise.all([
    request<{ totalCount: number }>('POST', `/api/ui/v1/projects/${project}/search`, {
      body: { environments: [environment], secretPath: path, limit: 1 },
    }),
    list(project, environment, path, true),
  ])
  return { environment, secrets: totalCount, folders: folders.length }
}

/** Gives a folder another name or description, in all its environments or in none. */
export const changeFolder = (
  project: string,
  { parent, name, environments }: FolderPlace,
  change: { name: string; description: string },
) =>
  request('PATCH', '/api/v2/folders/batch', {
    body: {
      projectId: project,
      folders: environments.map((environment) => ({
        id: name,
        environment,
        path: parent,
        name: change.name,
        description: change.description || null,
      })),
    },
  })

/** Deletes a folder with everything in it, in the environments given, one commit each. */
export async function deleteFolder(project: string, { parent, name, environments }: FolderPlace) {
  for (const environment of environments) {
    await request('DELETE', `/api/v2/folders/${encodeURIComponent(name)}`, {
      body: { projectId: project, environment, path: parent, forceDelete: true },
    })
  }
}
