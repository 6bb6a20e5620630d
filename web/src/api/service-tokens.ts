import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type TokenScope = { environment: string; secretPath: string }
export type TokenPermission = 'read' | 'write'
export type ServiceToken = {
  id: string
  name: string
  scopes: TokenScope[]
  permissions: TokenPermission[]
  lastUsed: string | null
  expiresAt: string | null
  createdBy: string
  createdAt: string
}
export type NewServiceToken = {
  name: string
  scopes: TokenScope[]
  permissions: TokenPermission[]
  /** Seconds; 0 is no end. */
  expiresIn: number
}
type Made = { serviceToken: string; serviceTokenData: ServiceToken }

const PATH = '/api/v2/service-token'

/** The service tokens of a project, ended ones too, the oldest first. */
export const serviceTokensQuery = (project: string) =>
  queryOptions({
    queryKey: ['service-tokens', project],
    queryFn: async () =>
      (
        await request<{ serviceTokenData: ServiceToken[] }>(
          'GET',
          `/api/v1/projects/${project}/service-token-data`,
        )
      ).serviceTokenData,
  })

/** Making and deleting service tokens of a project. */
export function useServiceTokenChanges(project: string) {
  const client = useQueryClient()
  const onSettled = () => client.invalidateQueries({ queryKey: ['service-tokens', project] })
  return {
    make: useMutation({
      mutationFn: (token: NewServiceToken) =>
        request<Made>('POST', PATH, { body: { projectId: project, ...token } }),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${PATH}/${id}`), onSettled }),
  }
}
