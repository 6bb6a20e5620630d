import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { Rule } from '~/lib/rules'
import { request } from './client'
import type { Role } from './identities'

/** Whose roles: those of a project, or those of the organization. */
export type RoleScope = { project: string } | 'organization'
/** What somebody types of a role. */
export type RoleInput = { slug: string; name: string; description: string; permissions: Rule[] }

const BUILT_IN = ['admin', 'member', 'viewer', 'no-access']

/** Whether a role is always there and never changes. */
export const isBuiltIn = (role: { slug: string }) => BUILT_IN.includes(role.slug)

const pathOf = (scope: RoleScope) =>
  scope === 'organization' ? '/api/v1/organization/roles' : `/api/v1/projects/${scope.project}/roles`

/** One role with its rules. */
export const roleQuery = (scope: RoleScope, slug: string) =>
  queryOptions({
    queryKey: ['role', scope, slug],
    queryFn: async () => {
      type Answer = { role: Role & { permissions: Rule[] } }
      return (await request<Answer>('GET', `${pathOf(scope)}/slug/${encodeURIComponent(slug)}`)).role
    },
    // An editor starts from what the server has now.
    staleTime: 0,
    gcTime: 0,
  })

/** Making, changing and deleting roles. */
export function useRoleChanges(scope: RoleScope) {
  const client = useQueryClient()
  const path = pathOf(scope)
  const onSuccess = () =>
    Promise.all(
      ['project-roles', 'organization-roles', 'project-identities', 'project-people'].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    )
  return {
    /** Makes a role, or changes the one with `id`. */
    save: useMutation({
      mutationFn: ({ id, ...body }: RoleInput & { id?: string | undefined }) =>
        id ? request('PATCH', `${path}/${id}`, { body }) : request('POST', path, { body }),
      onSuccess,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${path}/${id}`), onSuccess }),
  }
}
