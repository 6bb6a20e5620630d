import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type ApiKey = { id: string; name: string; lastUsed: string | null; expiresAt: string | null }
type Made = { apiKey: string; apiKeyData: ApiKey }

const PATH = '/api/v2/users/me/api-keys'
const KEY = ['api-keys']

/** The API keys of the person, ended ones too, the oldest first. */
export const apiKeysQuery = queryOptions({
  queryKey: KEY,
  queryFn: () => request<ApiKey[]>('GET', PATH),
})

/** Making and deleting API keys of the person. */
export function useApiKeyChanges() {
  const client = useQueryClient()
  const onSettled = () => client.invalidateQueries({ queryKey: KEY })
  return {
    make: useMutation({
      mutationFn: (key: { name: string; expiresIn: number }) => request<Made>('POST', PATH, { body: key }),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${PATH}/${id}`), onSettled }),
  }
}
