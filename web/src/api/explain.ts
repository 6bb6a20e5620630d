import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import type { Actor, Given, MemberAccess, PlaceAccess, Right } from '~/lib/access'
import type { Rule } from '~/lib/rules'
import { request } from './client'
import type { RoleScope } from './roles'

/** A question: may somebody do this there? What is absent is not known. */
export type Question = {
  who?: Actor
  action: string
  subject: string
  environment?: string
  secretPath?: string
  secretName?: string
}
export type Verdict = {
  action: string
  verdict: 'allows' | 'denies' | 'silent'
  ruleIndex: number | null
  rule: Rule | null
}
export type Source = Given & { verdicts: Verdict[] }
/** An answer with its reasons. `decidedBy` and `deniedBy` are places in `sources`. */
export type Answer = {
  who: Actor
  isAllowed: boolean
  takesTags: boolean
  parts: { action: string; isAllowed: boolean; decidedBy: number | null }[]
  sources: Source[]
  changes: { deniedBy: number[]; rolesThatAllow: string[]; at: string | null }
}
/** Everybody who may do something, each with the roles and privileges that decided, and the service tokens that may. */
export type WhoCan = Record<
  'users' | 'identities' | 'groups',
  { id: string; name: string; sources: Given[] }[]
> & {
  serviceTokens: { id: string; name: string; expiresAt: string | null }[]
}
/** A refusal as it was, and what the answer is now. */
export type Decision = {
  id: string
  at: string
  eventType: string
  kind: 'permission' | 'boundary' | 'other'
  message: string
  project: { id: string; name: string | null } | null
  actor: { type: string; id: string | null; name: string | null }
  question:
    | (Pick<Question, 'action' | 'subject'> & {
        scope: 'project' | 'organization'
        environment: string | null
        secretPath: string | null
        secretName: string | null
        others: { name: string; value: string }[]
        isAboutAny: boolean
      })
    | null
  reasons: { action: string; rule: Rule | null }[]
  missingPermissions: { action: string; subject: string }[]
  now: Answer | null
}
export type ExplainPlace = { project: string } | { organization: string }

/** Places and members that the page reads at once; an export reads them all. */
export const PAGE = 500

/** The answer to a question. Each time it is asked anew: rights may change any moment. */
export const explainQuery = (place: ExplainPlace, question: Question) =>
  queryOptions({
    queryKey: ['explain', place, question],
    queryFn: () =>
      request<Answer>('POST', '/api/ui/v1/explain', {
        body: { ...question, ...('project' in place ? { project: place.project } : {}) },
      }),
    staleTime: 0,
    gcTime: 0,
  })

/** Who may do something with secrets. Whom a question is about does not matter. */
export const whoCanQuery = (project: string, { action, environment, secretPath, secretName }: Question) => {
  const body = { action, environment, secretPath, secretName }
  return queryOptions({
    queryKey: ['who-can', project, body],
    queryFn: () => request<WhoCan>('POST', `/api/ui/v1/projects/${project}/who-can`, { body }),
    staleTime: 0,
    gcTime: 0,
  })
}

export const decisionQuery = (decision: string) =>
  queryOptions({
    queryKey: ['decision', decision],
    queryFn: async () => {
      const path = `/api/ui/v1/decisions/${encodeURIComponent(decision)}`
      return (await request<{ decision: Decision }>('GET', path)).decision
    },
    staleTime: 0,
  })

type Tree = { total: number; isComplete: boolean; places: PlaceAccess[]; general: Right[] }

const readTree = (project: string, who: Actor, environment: string, offset: number) =>
  request<Tree>('GET', `/api/ui/v1/projects/${project}/access-tree`, {
    query: { type: who.type, id: who.id, environment: environment || undefined, offset, limit: PAGE },
  })

/** What one member may do in each folder. */
export const accessTreeQuery = (project: string, who: Actor, environment: string) =>
  queryOptions({
    queryKey: ['access-tree', project, who, environment],
    queryFn: () => readTree(project, who, environment, 0),
    staleTime: 0,
  })

/** All places of `accessTreeQuery`, page by page. */
export const wholeTree = (project: string, who: Actor, environment: string) =>
  everyPage(async (offset) => {
    const { places, total } = await readTree(project, who, environment, offset)
    return { items: places, total }
  })

type Member = MemberAccess & { sources: Given[] }
type Members = { total: number; members: Member[] }

const readMembers = (project: string, environment: string, secretPath: string, offset: number) =>
  request<Members>('GET', `/api/ui/v1/projects/${project}/access-list`, {
    query: { environment, secretPath, offset, limit: PAGE },
  })

/** What each member may do in one folder. */
export const accessListQuery = (project: string, environment: string, secretPath: string) =>
  queryOptions({
    queryKey: ['access-list', project, environment, secretPath],
    queryFn: () => readMembers(project, environment, secretPath, 0),
    staleTime: 0,
    placeholderData: keepPreviousData,
  })

/** All members of `accessListQuery`, page by page. */
export const wholeList = (project: string, environment: string, secretPath: string) =>
  everyPage(async (offset) => {
    const { members, total } = await readMembers(project, environment, secretPath, offset)
    return { items: members, total }
  })

async function everyPage<T>(read: (offset: number) => Promise<{ items: T[]; total: number }>): Promise<T[]> {
  const all: T[] = []
  for (;;) {
    const { items, total } = await read(all.length)
    all.push(...items)
    if (items.length === 0 || all.length >= total) return all
  }
}

export type ChangedRight = {
  subject: string
  action: string
  before: Right['extent']
  after: Right['extent']
  granted: number | null
  taken: number | null
}
/** What a draft of a role would allow, and what that changes. */
export type RolePreview = {
  isComplete: boolean
  environments: {
    environment: string
    folders: number
    secrets: { action: string; least: Right['extent']; most: Right['extent']; secretCount: number | null }[]
  }[]
  places: { environment: string; secretPath: string; rights: ChangedRight[] }[]
  changedPlaces: number
  general: ChangedRight[]
  holders: { type: string; id: string; name: string; gains: boolean | null; loses: boolean | null }[]
  holderCount: number
}

/** Looks at a draft; `role` is the slug of the saved role, if there is one. */
export const rolePreviewQuery = (scope: RoleScope, role: string | undefined, permissions: Rule[]) =>
  queryOptions({
    queryKey: ['role-preview', scope, role, permissions],
    queryFn: ({ signal }) => {
      const path =
        scope === 'organization'
          ? '/api/ui/v1/organization/role-preview'
          : `/api/ui/v1/projects/${scope.project}/role-preview`
      return request<RolePreview>('POST', path, { body: { role, permissions }, signal })
    },
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
