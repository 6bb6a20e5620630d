import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { GivenRole, WireGrant } from '~/lib/given-roles'
import { request } from './client'

/** A group of the organization; `role` is `custom` for a custom role. */
export type Group = {
  id: string
  name: string
  slug: string
  role: string
  customRole?: { slug: string; name: string }
}
/** Somebody who is or could be in a group. `key` is what the server knows them by there. */
export type GroupMember = { kind: 'users' | 'machine-identities'; key: string; name: string }
/** A group that is in a project. */
export type ProjectGroup = {
  id: string
  groupId: string
  createdAt: string
  roles: GivenRole[]
  group: { id: string; name: string; slug: string }
}
export type GroupInput = { name: string; slug?: string; role: string }

/** Members are read in one page, the largest that the server gives. */
export const GROUP_MEMBERS_MAX = 1000

export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: () => request<Group[]>('GET', '/api/v1/groups'),
})

/** Who is in a group, or who could join it; `hasMore` if not all of them are here. */
export const groupMembersQuery = (group: string, filter: 'existingMembers' | 'nonMembers') =>
  queryOptions({
    queryKey: ['group-members', group, filter],
    queryFn: async () => {
      type Users = { users: { username: string; email: string }[]; totalCount: number }
      type Identities = { machineIdentities: { id: string; name: string }[]; totalCount: number }
      const path = `/api/v1/groups/${group}`
      const query = { filter, limit: GROUP_MEMBERS_MAX }
      const [people, machines] = await Promise.all([
        request<Users>('GET', `${path}/users`, { query }),
        request<Identities>('GET', `${path}/machine-identities`, { query }),
      ])
      const members: GroupMember[] = [
        ...people.users.map(({ username, email }) => ({
          kind: 'users' as const,
          key: username,
          name: email,
        })),
        ...machines.machineIdentities.map(({ id, name }) => ({
          kind: 'machine-identities' as const,
          key: id,
          name,
        })),
      ]
      return { members, hasMore: people.totalCount + machines.totalCount > members.length }
    },
  })

export const projectGroupsQuery = (project: string) =>
  queryOptions({
    queryKey: ['project-groups', project],
    queryFn: async () => {
      type Answer = { groupMemberships: ProjectGroup[] }
      return (await request<Answer>('GET', `/api/v1/projects/${project}/groups`)).groupMemberships
    },
  })

/** A mutation after which all that is said of groups is read anew. */
function useGroupMutation<Input>(mutationFn: (input: Input) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all(
        ['groups', 'group-members', 'project-groups'].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  })
}

/** Making, changing and deleting groups. */
export function useGroupChanges() {
  return {
    save: useGroupMutation(({ id, ...body }: GroupInput & { id?: string | undefined }) =>
      id ? request('PATCH', `/api/v1/groups/${id}`, { body }) : request('POST', '/api/v1/groups', { body }),
    ),
    remove: useGroupMutation((id: string) => request('DELETE', `/api/v1/groups/${id}`)),
  }
}

/** Putting somebody into a group and taking them out. */
export function useGroupMemberChanges(group: string) {
  const pathOf = ({ kind, key }: GroupMember) => `/api/v1/groups/${group}/${kind}/${encodeURIComponent(key)}`
  return {
    add: useGroupMutation((member: GroupMember) => request('POST', pathOf(member))),
    remove: useGroupMutation((member: GroupMember) => request('DELETE', pathOf(member))),
  }
}

/** Adding groups to a project, changing their roles there, and taking them out. */
export function useProjectGroupChanges(project: string) {
  const path = `/api/v1/projects/${project}/groups`
  type Given = { group: string; roles: WireGrant[] }
  return {
    add: useGroupMutation(({ group, roles }: Given) =>
      request('POST', `${path}/${group}`, { body: { roles } }),
    ),
    change: useGroupMutation(({ group, roles }: Given) =>
      request('PATCH', `${path}/${group}`, { body: { roles } }),
    ),
    remove: useGroupMutation((group: string) => request('DELETE', `${path}/${group}`)),
  }
}
