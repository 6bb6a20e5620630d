import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { GivenRole, WireGrant } from '~/lib/given-roles'
import { request } from './client'

/** `userId` is who they are, `id` that they belong here. */
export type Person = {
  id: string
  userId: string
  role: string
  email: string
  name: string
  /** Set for somebody who was invited and has not come yet. */
  isInvited?: boolean
}

type WireUser = { id: string; email: string; firstName: string | null; lastName: string | null }
const nameOf = (user: WireUser) => [user.firstName, user.lastName].filter(Boolean).join(' ')

/** The people of the organization. */
export const organizationPeopleQuery = (organization: string) =>
  queryOptions({
    queryKey: ['people', organization],
    queryFn: async (): Promise<Person[]> => {
      type Answer = { users: { id: string; role: string; status: string; user: WireUser }[] }
      const { users } = await request<Answer>('GET', `/api/v1/organization/${organization}/users`)
      return users.map(({ id, role, status, user }) => ({
        isInvited: status === 'invited',
        id,
        userId: user.id,
        role,
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

/** Somebody who is in a project. */
export type ProjectPerson = Person & { roles: GivenRole[] }

/** The people of a project. */
export const projectPeopleQuery = (project: string) =>
  queryOptions({
    queryKey: ['project-people', project],
    queryFn: async (): Promise<ProjectPerson[]> => {
      type Answer = { memberships: { id: string; user: WireUser; roles: GivenRole[] }[] }
      const { memberships } = await request<Answer>('GET', `/api/v1/projects/${project}/memberships`)
      return memberships.map(({ id, user, roles }) => ({
        id,
        userId: user.id,
        role: roles.map((one) => one.customRoleName ?? one.role).join(', '),
        roles,
        email: user.email,
        name: nameOf(user),
      }))
    },
  })

/** Gives somebody in a project these roles in place of those they have. */
export function useChangePersonRoles(project: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ membership, roles }: { membership: string; roles: WireGrant[] }) =>
      request('PATCH', `/api/v1/projects/${project}/memberships/${membership}`, { body: { roles } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project-people', project] }),
  })
}
