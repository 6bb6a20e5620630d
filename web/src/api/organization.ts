import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'
import type { Method } from './second-factor'

/** What can be set for an organization. */
export type OrganizationSettings = {
  id: string
  name: string
  /** Whether people need a second factor to enter. */
  enforceMfa: boolean
  /** Which one; null is any. */
  selectedMfaMethod: Method | null
  updatedAt: string
}

const path = (id: string) => `/api/v1/organization/${id}`

export const organizationQuery = (id: string) =>
  queryOptions({
    queryKey: ['organization', id],
    queryFn: async () =>
      (await request<{ organization: OrganizationSettings }>('GET', path(id))).organization,
  })

type Change = Partial<Pick<OrganizationSettings, 'enforceMfa' | 'selectedMfaMethod'>>

/** Changes an organization; `onShown` is called once the page shows it. */
export function useChangeOrganization(id: string, onShown: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Change) => request('PATCH', path(id), { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['organization', id] })
      onShown()
    },
  })
}
