import { queryOptions } from '@tanstack/react-query'

import { request } from './client'
import { type Environment, projectQuery } from './projects'
import type { Version } from './versions'

/** Commits on one page of the log. */
export const LOG_PAGE = 50
/** Changes of a commit that are shown at once. */
export const CHANGES_PAGE = 200

export type CommitChange = {
  changeType: 'create' | 'update' | 'delete'
  resourceType: 'secret' | 'folder' | 'import' | 'environment' | 'tag'
  resourceId: string
  environment: string | null
  secretPath: string | null
  name: string
  versionBefore: number | null
  versionAfter: number | null
  /** Secrets only, and only while that version is kept. */
  before?: Version
  after?: Version
}

export type Commit = {
  id: string
  revision: number
  actorType: string
  actorMetadata: { name: string; isDeleted: boolean }
  message: string | null
  createdAt: string
  changes: CommitChange[]
}
export type LoggedCommit = Commit & { changeCount: number }

/** Which part of the log to show. */
export type LogPart = { environment: string; folder: string; search: string; offset: number }

/** The commits of a project, or of one folder where an environment is named, newest first. */
export const logQuery = (project: string, part: LogPart) =>
  queryOptions({
    queryKey: ['history', project, 'log', part],
    queryFn: () => {
      const { environment, folder, search, offset } = part
      const place = environment ? { environment, path: folder } : {}
      return request<{ commits: LoggedCommit[]; total: number }>(
        'GET',
        `/api/ui/v1/projects/${project}/commits`,
        { query: { ...place, search, offset, limit: LOG_PAGE } },
      )
    },
  })

/** What a commit changed, without values. */
export const commitQuery = (project: string, commit: string, offset: number) =>
  queryOptions({
    queryKey: ['history', project, 'commit', commit, offset],
    queryFn: async () => {
      const query = { projectId: project, viewSecretValue: false, offset, limit: CHANGES_PAGE }
      const answer = await request<{ changes: Commit; total: number }>(
        'GET',
        `/api/v1/pit/commits/${commit}/changes`,
        { query },
      )
      return { commit: answer.changes, total: answer.total }
    },
  })

/** How much of a project goes back: everything, or a folder with all below it or without. */
export type Scope =
  | { what: 'project' }
  | { what: 'folder'; environment: string; folder: string; deep: boolean }

/** What differs between a folder after a commit and now, as the server says it. */
export type Comparison = {
  wasThere: boolean
  changes: CommitChange[]
  folders: { folderId: string; pathBefore: string | null; pathAfter: string | null }[]
  imports: { secretPath: string; before: Import | null; after: Import | null }[]
}
type Import = { environment: string; importPath: string; position: number }

const compare = (project: string, commit: string, environment: string, folder: string, deep: boolean) =>
  request<Comparison>('GET', `/api/v1/pit/commits/${commit}/compare`, {
    query: { projectId: project, environment, path: folder, deepRollback: deep, viewSecretValue: false },
  })

/** What going back to a commit would change: one comparison for each environment. */
export const previewQuery = (project: string, commit: string, scope: Scope) =>
  queryOptions({
    queryKey: ['history', project, 'preview', commit, scope],
    gcTime: 0,
    staleTime: 0,
    queryFn: async ({ client }): Promise<{ environment: string; comparison: Comparison }[]> => {
      const { environments } = await client.ensureQueryData(projectQuery(project))
      const places =
        scope.what === 'project'
          ? environments.map(({ slug }: Environment) => ({ environment: slug, folder: '/', deep: true }))
          : [scope]
      return Promise.all(
        places.map(async ({ environment, folder, deep }) => ({
          environment,
          comparison: await compare(project, commit, environment, folder, deep),
        })),
      )
    },
  })

type Outcome = { commitId: string | null; totalChanges: number }

/** Makes a new commit that brings back what was after another one. */
export const rollBack = (project: string, commit: string, scope: Scope, message: string) =>
  request<Outcome>('POST', `/api/v1/pit/commits/${commit}/rollback`, {
    body: {
      projectId: project,
      ...(message ? { message } : {}),
      ...(scope.what === 'project'
        ? { wholeProject: true }
        : { environment: scope.environment, path: scope.folder, deepRollback: scope.deep }),
    },
  })

/** Makes a new commit that takes another one back. */
export const revertCommit = (project: string, commit: string, message = '') =>
  request<Outcome>('POST', `/api/v1/pit/commits/${commit}/revert`, {
    body: { projectId: project, ...(message ? { message } : {}) },
  })
