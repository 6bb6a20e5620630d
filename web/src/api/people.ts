import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { GivenRole, WireGrant } from '~/lib/given-roles'
import { request } from './client'

/** `userId` is who they are, `id` that they belong here. */
export type Person = {
  id: string
  userId: string
  role: string
  /** Of a custom role. */
  roleId?: string | null
  email: string
  name: string
  /** Set for somebody who was invited and has not come yet. */
  isInvited?: boolean
  /** Set for somebody whose place does not count for now. */
  isSuspended?: boolean
}

type WireUser = { id: string; email: string; firstName: string | null; lastName: string | null }
type WireMember = {
  id: string
  role: string
  roleId: string | null
  status: string
  isActive: boolean
  user: WireUser
}
const nameOf = (user: WireUser) => [user.firstName, user.lastName].filter(Boolean).join(' ')

/** The people of the organization. */
export const organizationPeopleQuery = (organization: string) =>
  queryOptions({
    queryKey: ['people', organization],
    queryFn: async (): Promise<Person[]> => {
      type Answer = { users: WireMember[] }
      const { users } = await request<Answer>('GET', `/api/v1/organization/${organization}/users`)
      return users.map(({ id, role, roleId, status, isActive, user }) => ({
        isInvited: status === 'invited',
        isSuspended: !isActive,
        id,
        userId: user.id,
        role,
        roleId,
        email: user.email,
        name: nameOf(user),
      }))
    },
  })

export type InviteLink = { email: string; link: string }

/**
 * Invites people into the organization. Returns to whom mail is on its way, and the links that the person who invites
 * has to hand over; who is a member already is in neither.
 */
export function useInvite(organization: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ emails, role }: { emails: string[]; role: string }) => {
      const body = { inviteeEmails: emails, organizationId: organization, organizationRoleSlug: role }
      type Answer = { completeInviteLinks?: InviteLink[]; mailedTo?: string[] }
      const answer = await request<Answer>('POST', '/api/v1/invite-org/signup', { body })
      return { links: answer.completeInviteLinks ?? [], mailedTo: answer.mailedTo ?? [] }
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ['people', organization] }),
  })
}

/** Gives somebody invited a new link, by mail or else to hand over. The link before it works no more. */
export const useResendInvitation = () =>
  useMutation({
    mutationFn: async (membershipId: string) => {
      type Answer = { signupToken?: InviteLink }
      return (await request<Answer>('POST', '/api/v1/invite-org/signup-resend', { body: { membershipId } }))
        .signupToken
    },
  })

type MemberChange = { membership: string; role?: string; isActive?: boolean }

/** Giving people another role in the organization, suspending them, and taking them out. */
export function useMemberChanges(organization: string) {
  const client = useQueryClient()
  const path = `/api/v2/organizations/${organization}/memberships`
  const onSuccess = () => client.invalidateQueries({ queryKey: ['people', organization] })
  return {
    change: useMutation({
      mutationFn: ({ membership, ...body }: MemberChange) =>
        request('PATCH', `${path}/${membership}`, { body }),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (membership: string) => request('DELETE', `${path}/${membership}`),
      onSuccess,
    }),
  }
}

/** Somebody who is in a project, by themselves or by a group. */
export type ProjectPerson = Person & {
  roles: GivenRole[]
  isByGroup: boolean
  /** The group, if one may know it. */
  group?: string | undefined
}

/** The people of a project, with those of its groups. */
export const projectPeopleQuery = (project: string) =>
  queryOptions({
    queryKey: ['project-people', project],
    queryFn: async (): Promise<ProjectPerson[]> => {
      type Member = {
        id: string
        user: WireUser
        roles: GivenRole[]
        isGroupMember: boolean
        group?: { name: string }
      }
      const { users } = await request<{ users: Member[] }>('GET', `/api/v1/projects/${project}/users`, {
        query: { includeGroupMembers: true },
      })
      return users.map(({ id, user, roles, isGroupMember, group }) => ({
        id,
        isByGroup: isGroupMember,
        group: group?.name,
        userId: user.id,
        role: roles.map((one) => one.customRoleName ?? one.role).join(', '),
        roles,
        email: user.email,
        name: nameOf(user),
      }))
    },
  })

/** Adding people to a project, changing their roles there, and taking them out. */
export function useProjectPeopleChanges(project: string) {
  const client = useQueryClient()
  const path = `/api/v1/projects/${project}/memberships`
  const onSuccess = () => client.invalidateQueries({ queryKey: ['project-people', project] })
  return {
    add: useMutation({
      mutationFn: ({ email, roles }: { email: string; roles: WireGrant[] }) =>
        request('POST', path, { body: { emails: [email], roles } }),
      onSuccess,
    }),
    /** Gives these roles in place of those somebody has. */
    change: useMutation({
      mutationFn: ({ membership, roles }: { membership: string; roles: WireGrant[] }) =>
        request('PATCH', `${path}/${membership}`, { body: { roles } }),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (membership: string) => request('DELETE', `${path}/${membership}`),
      onSuccess,
    }),
  }
}
