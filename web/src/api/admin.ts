import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { type InstanceConfig, instanceQuery } from './account'
import { request } from './client'

/** How many rows a page of a list has. */
export const PAGE = 20

export type Overview = {
  version: string
  database: string
  users: number
  organizations: number
  projects: number
  identities: number
}
export type InstanceUser = {
  id: string
  email: string
  firstName: string | null
  lastName: string | null
  superAdmin: boolean
  isAccepted: boolean
}
export type InstanceOrganization = {
  id: string
  name: string
  slug: string
  members: { role: string; isActive: boolean; status: string }[]
  projects: { id: string }[]
}
export type InstanceIdentity = { id: string; name: string; isInstanceAdmin: boolean }

const BASE = '/api/v1/admin'
const USERS = `${BASE}/user-management/users`
const KEY = 'instance-admin'

export const overviewQuery = queryOptions({
  queryKey: [KEY, 'overview'],
  queryFn: () => request<Overview>('GET', '/api/ui/v1/admin/overview'),
})

/** The lists of the instance. */
export type Lists = {
  users: { users: InstanceUser[] }
  organizations: { organizations: InstanceOrganization[] }
  identities: { identities: InstanceIdentity[] }
}
const PATHS: Record<keyof Lists, string> = {
  users: USERS,
  organizations: `${BASE}/organization-management/organizations`,
  identities: `${BASE}/identity-management/identities`,
}

/** One page of a list: what has `searchTerm` in its names. */
export const instanceListQuery = <K extends keyof Lists>(kind: K, searchTerm: string, offset: number) =>
  queryOptions({
    queryKey: [KEY, kind, searchTerm, offset],
    queryFn: () =>
      request<Lists[K] & { total: number }>('GET', PATHS[kind], {
        query: { searchTerm, offset, limit: PAGE },
      }),
    placeholderData: keepPreviousData,
  })

/** A mutation after which all that is said of the instance is read anew. */
function useInstanceMutation<Input>(mutationFn: (input: Input) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: [KEY] }),
        client.invalidateQueries({ queryKey: instanceQuery.queryKey }),
      ]),
  })
}

/** What administrators of the instance change. */
export function useInstanceChanges() {
  return {
    setAdmin: useInstanceMutation(({ id, isAdmin }: { id: string; isAdmin: boolean }) =>
      request(isAdmin ? 'PATCH' : 'DELETE', `${USERS}/${id}/admin-access`),
    ),
    deleteUser: useInstanceMutation((id: string) => request('DELETE', `${USERS}/${id}`)),
    takeOver: useInstanceMutation((id: string) =>
      request('POST', `/api/ui/v1/admin/organizations/${id}/take-over`),
    ),
    revokeIdentity: useInstanceMutation((id: string) =>
      request('DELETE', `${BASE}/identity-management/identities/${id}/super-admin-access`),
    ),
    saveSettings: useInstanceMutation((body: Partial<InstanceConfig>) =>
      request('PATCH', `${BASE}/config`, { body }),
    ),
  }
}
