import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type Environment = { id: string; name: string; slug: string }
export type Project = {
  id: string
  name: string
  slug: string
  description: string | null
  autoCapitalization: boolean
  hasDeleteProtection: boolean
  pitVersionLimit: number
  auditLogsRetentionDays: number | null
  /** Whether the API gives out values of secrets. */
  plaintextReads: boolean
  createdAt: string
  updatedAt: string
  environments: Environment[]
}
export type Tag = { id: string; slug: string; color: string | null }

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await request<{ projects: Project[] }>('GET', '/api/v1/projects')).projects,
})

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ['projects', id],
    queryFn: async () => (await request<{ project: Project }>('GET', `/api/v1/projects/${id}`)).project,
  })

export const tagsQuery = (project: string) =>
  queryOptions({
    queryKey: ['tags', project],
    queryFn: async () => (await request<{ tags: Tag[] }>('GET', `/api/v1/projects/${project}/tags`)).tags,
  })

export type NewProject = {
  name: string
  slug: string
  description: string
  environments: { name: string; slug: string }[]
}

const DEFAULTS = ['dev', 'staging', 'prod']

/** Makes a project. Other environments than the three usual ones are made one by one afterwards. */
async function createProject({ name, slug, description, environments }: NewProject): Promise<Project> {
  const usual = environments.length === 3 && environments.every((one, at) => one.slug === DEFAULTS[at])
  const body = {
    projectName: name,
    ...(slug ? { slug } : {}),
    ...(description ? { projectDescription: description } : {}),
    ...(usual ? {} : { shouldCreateDefaultEnvs: false }),
  }
  const { project } = await request<{ project: Project }>('POST', '/api/v1/projects', { body })
  if (usual) return project
  for (const environment of environments) {
    await request('POST', `/api/v1/projects/${project.id}/environments`, { body: environment })
  }
  return project
}

export function useCreateProject() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: createProject,
    onSuccess: () => client.invalidateQueries({ queryKey: ['projects'] }),
  })
}

type Change = Partial<
  Pick<
    Project,
    'name' | 'slug' | 'description' | 'autoCapitalization' | 'hasDeleteProtection' | 'pitVersionLimit'
  >
>

/** Changes a project. `saved` is called when the page shows the new state, also for a form that was made anew with it. */
export function useChangeProject(id: string, saved: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Change & Record<string, unknown>) =>
      request('PATCH', `/api/v1/projects/${id}`, { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['projects'] })
      saved()
    },
  })
}

export function useDeleteProject(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request('DELETE', `/api/v1/projects/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['projects'], exact: true }),
  })
}

/** Adding, changing and deleting environments. Every change is seen by the grid too. */
export function useEnvironmentChanges(project: string) {
  const client = useQueryClient()
  const path = `/api/v1/projects/${project}/environments`
  const onSuccess = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['projects'] }),
      client.invalidateQueries({ queryKey: ['matrix', project] }),
    ])
  return {
    add: useMutation({
      mutationFn: (body: { name: string; slug: string }) => request('POST', path, { body }),
      onSuccess,
    }),
    change: useMutation({
      mutationFn: ({ id, ...body }: { id: string; name?: string; slug?: string; position?: number }) =>
        request('PATCH', `${path}/${id}`, { body }),
      onSuccess,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${path}/${id}`), onSuccess }),
  }
}

export function useTagChanges(project: string) {
  const client = useQueryClient()
  const path = `/api/v1/projects/${project}/tags`
  const onSuccess = () => client.invalidateQueries({ queryKey: ['tags', project] })
  return {
    add: useMutation({
      mutationFn: (body: { slug: string; color: string }) => request('POST', path, { body }),
      onSuccess,
    }),
    change: useMutation({
      mutationFn: ({ id, ...body }: { id: string; slug: string; color: string }) =>
        request('PATCH', `${path}/${id}`, { body }),
      onSuccess,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${path}/${id}`), onSuccess }),
  }
}
