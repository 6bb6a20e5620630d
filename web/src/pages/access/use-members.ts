import { useQuery } from '@tanstack/react-query'

import type { ExplainPlace } from '~/api/explain'
import { groupsQuery, projectGroupsQuery } from '~/api/groups'
import { identitiesQuery, projectIdentitiesQuery } from '~/api/identities'
import { organizationPeopleQuery, projectPeopleQuery } from '~/api/people'
import type { Actor } from '~/lib/access'

export type Named = Actor & { name: string }

/** Everybody of a project or of the organization whom the caller may see: people, identities and groups. */
export function useMembers(place: ExplainPlace): Named[] {
  const project = 'project' in place ? place.project : ''
  const organization = 'organization' in place ? place.organization : ''
  const enabled = project !== ''
  const people = useQuery({ ...projectPeopleQuery(project), enabled })
  const identities = useQuery({ ...projectIdentitiesQuery(project), enabled })
  const groups = useQuery({ ...projectGroupsQuery(project), enabled })
  const allPeople = useQuery({ ...organizationPeopleQuery(organization), enabled: !enabled })
  const allIdentities = useQuery({ ...identitiesQuery(organization), enabled: !enabled })
  const allGroups = useQuery({ ...groupsQuery, enabled: !enabled })
  const machines = (enabled ? identities : allIdentities).data?.identityMemberships ?? []
  const named = (enabled ? people : allPeople).data ?? []
  return [
    ...named.map((one) => ({ type: 'user' as const, id: one.userId, name: one.email })),
    ...machines.map((one) => ({ type: 'identity' as const, id: one.identityId, name: one.identity.name })),
    ...(enabled
      ? (groups.data ?? []).map((one) => ({ type: 'group' as const, id: one.groupId, name: one.group.name }))
      : (allGroups.data ?? []).map((one) => ({ type: 'group' as const, id: one.id, name: one.name }))),
  ]
}
