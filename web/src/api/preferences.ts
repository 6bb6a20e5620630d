import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

/** How a person likes the dashboard; kept by the server, so that it is the same in every browser. */
export type Preferences = {
  /** Projects whose checklist was dismissed. */
  dismissed?: string[]
  /** Whether the person said that data and root key are kept elsewhere too. */
  hasBackup?: boolean
  /** Filters of the audit log, by name, as they stand in its address. */
  auditFilters?: Record<string, string>
}

const PATH = '/api/ui/v1/me/preferences'
const read = async () => (await request<{ preferences: Preferences }>('GET', PATH)).preferences

export const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  queryFn: read,
  staleTime: Number.POSITIVE_INFINITY,
})

/** Changes some preferences on top of what the server has now. */
export function usePrefer() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (change: (before: Preferences) => Preferences) => {
      const before = await read()
      const preferences = { ...before, ...change(before) }
      await request('PUT', PATH, { body: { preferences } })
      return preferences
    },
    onSuccess: (after) => client.setQueryData(preferencesQuery.queryKey, after),
  })
}
