import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { Rule } from '~/lib/rules'
import { request } from './client'

/** A right of one member beside the roles. */
export type Privilege = {
  id: string
  slug: string
  holder: { type: 'user' | 'identity'; id: string; name: string }
  membershipId: string
  isTemporary: boolean
  temporaryRange: string | null
  startsAt: string | null
  endsAt: string | null
  permissions: Rule[]
}
/** Somebody who can be given one. */
export type PrivilegeHolder = { type: 'user' | 'identity'; id: string; membershipId: string; name: string }
/** A privilege to give; an empty `range` is for good. */
export type NewPrivilege = { holder: PrivilegeHolder; slug: string; permissions: Rule[]; range: string }

const PEOPLE = '/api/v1/user-project-additional-privilege'
const IDENTITIES = '/api/v2/identity-project-additional-privilege'

/** All privileges in a project, ended ones too. */
export const privilegesQuery = (project: string) =>
  queryOptions({
    queryKey: ['privileges', project],
    queryFn: () =>
      request<{ privileges: Privilege[]; total: number }>('GET', `/api/ui/v1/projects/${project}/privileges`),
  })

const timeOf = (range: string) =>
  range
    ? {
        isTemporary: true,
        temporaryMode: 'relative',
        temporaryRange: range,
        temporaryAccessStartTime: new Date().toISOString(),
      }
    : { isTemporary: false }

const pathOf = ({ id, holder }: Privilege) =>
  `${holder.type === 'user' ? PEOPLE : IDENTITIES}/${encodeURIComponent(id)}`

/** Giving, extending and ending privileges in a project. */
export function usePrivilegeChanges(project: string) {
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: ['privileges', project] })
  return {
    give: useMutation({
      mutationFn: ({ holder, slug, permissions, range }: NewPrivilege) => {
        const given = { ...(slug ? { slug } : {}), permissions, type: timeOf(range) }
        return holder.type === 'user'
          ? request('POST', PEOPLE, { body: { ...given, projectMembershipId: holder.membershipId } })
          : request('POST', IDENTITIES, { body: { ...given, identityId: holder.id, projectId: project } })
      },
      onSuccess,
    }),
    /** From now on for `range`, or for good. */
    extend: useMutation({
      mutationFn: ({ privilege, range }: { privilege: Privilege; range: string }) =>
        request('PATCH', pathOf(privilege), { body: { type: timeOf(range) } }),
      onSuccess,
    }),
    end: useMutation({
      mutationFn: (privilege: Privilege) => request('DELETE', pathOf(privilege)),
      onSuccess,
    }),
  }
}
