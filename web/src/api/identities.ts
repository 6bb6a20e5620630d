import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { GivenRole, WireGrant } from '~/lib/given-roles'
import { request } from './client'

/** Pages of lists; more identities than this are found by searching. */
export const IDENTITIES_MAX = 100

export type OrganizationIdentity = {
  id: string
  role: string
  customRole?: { slug: string; name: string }
  identityId: string
  createdAt: string
  lastLoginAuthMethod: string | null
  lastLoginTime: string | null
  identity: { id: string; name: string; authMethods: string[] }
}
export type ProjectIdentity = {
  id: string
  identityId: string
  createdAt: string
  roles: GivenRole[]
  identity: { id: string; name: string; authMethods: string[] }
  lastLoginTime: string | null
}
export type TrustedIp = { ipAddress: string; prefix?: number }
export type UniversalAuth = {
  clientId: string
  accessTokenTTL: number
  accessTokenMaxTTL: number
  accessTokenNumUsesLimit: number
  lockoutEnabled: boolean
  clientSecretTrustedIps: TrustedIp[]
  accessTokenTrustedIps: TrustedIp[]
}
export type UniversalAuthSettings = Pick<
  UniversalAuth,
  | 'accessTokenTTL'
  | 'accessTokenMaxTTL'
  | 'accessTokenNumUsesLimit'
  | 'clientSecretTrustedIps'
  | 'accessTokenTrustedIps'
>
export type ClientSecret = {
  id: string
  description: string
  clientSecretPrefix: string
  clientSecretNumUses: number
  clientSecretNumUsesLimit: number
  clientSecretTTL: number
  isClientSecretRevoked: boolean
  createdAt: string
  updatedAt: string
}
export type Role = {
  id: string
  name: string
  slug: string
  description: string | null
  permissions?: unknown[]
}

const universalAuth = (identity: string) => `/api/v1/auth/universal-auth/identities/${identity}`

export const identitiesQuery = (organization: string, search = '') =>
  queryOptions({
    queryKey: ['identities', organization, search],
    queryFn: () =>
      request<{ identityMemberships: OrganizationIdentity[]; totalCount: number }>(
        'GET',
        `/api/v2/organizations/${organization}/identity-memberships`,
        { query: { limit: IDENTITIES_MAX, ...(search ? { search } : {}) } },
      ),
  })

export const projectIdentitiesQuery = (project: string) =>
  queryOptions({
    queryKey: ['project-identities', project],
    queryFn: () =>
      request<{ identityMemberships: ProjectIdentity[]; totalCount: number }>(
        'GET',
        `/api/v1/projects/${project}/memberships/identities`,
        { query: { limit: IDENTITIES_MAX } },
      ),
  })

export const universalAuthQuery = (identity: string) =>
  queryOptions({
    queryKey: ['universal-auth', identity],
    queryFn: async () =>
      (await request<{ identityUniversalAuth: UniversalAuth }>('GET', universalAuth(identity)))
        .identityUniversalAuth,
  })

export const clientSecretsQuery = (identity: string) =>
  queryOptions({
    queryKey: ['client-secrets', identity],
    queryFn: async () =>
      (
        await request<{ clientSecretData: ClientSecret[] }>(
          'GET',
          `${universalAuth(identity)}/client-secrets`,
        )
      ).clientSecretData,
  })

export const organizationRolesQuery = queryOptions({
  queryKey: ['organization-roles'],
  queryFn: async () => (await request<{ roles: Role[] }>('GET', '/api/v1/organization/roles')).roles,
})

export const projectRolesQuery = (project: string) =>
  queryOptions({
    queryKey: ['project-roles', project],
    queryFn: async () => (await request<{ roles: Role[] }>('GET', `/api/v1/projects/${project}/roles`)).roles,
  })

/** What is read of identities, by the first part of its key. */
const OF_IDENTITIES = [
  'identities',
  'project-identities',
  'universal-auth',
  'client-secrets',
  'auth-method',
  'identity-tokens',
]

/** A mutation after which what is shown of identities is read anew. */
export function useIdentityMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () => Promise.all(OF_IDENTITIES.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  })
}

type NewIdentity = { name: string; organizationId: string; role: string }

export const useCreateIdentity = () =>
  useIdentityMutation(async (body: NewIdentity) => {
    type Made = { identity: { id: string; name: string } }
    return (await request<Made>('POST', '/api/v1/identities', { body })).identity
  })

export const useChangeIdentity = () =>
  useIdentityMutation(({ id, ...body }: { id: string; name?: string; role?: string }) =>
    request('PATCH', `/api/v1/identities/${id}`, { body }),
  )

export const useDeleteIdentity = () =>
  useIdentityMutation((id: string) => request('DELETE', `/api/v1/identities/${id}`))

/** Attaches Universal Auth, or changes it where it is there already. */
export const useSaveUniversalAuth = (identity: string, isNew: boolean) =>
  useIdentityMutation((body: UniversalAuthSettings) =>
    request(isNew ? 'POST' : 'PATCH', universalAuth(identity), { body }),
  )

export type NewClientSecret = { description: string; ttl: number; numUsesLimit: number }

export const useCreateClientSecret = (identity: string) =>
  useIdentityMutation((body: NewClientSecret) =>
    request<{ clientSecret: string; clientSecretData: ClientSecret }>(
      'POST',
      `${universalAuth(identity)}/client-secrets`,
      { body },
    ),
  )

export const useRevokeClientSecret = (identity: string) =>
  useIdentityMutation((id: string) =>
    request('POST', `${universalAuth(identity)}/client-secrets/${id}/revoke`),
  )

type ProjectRole = { identity: string; role: string }

/** Adding identities to a project, changing what they may do there, and taking them out. */
export function useProjectIdentityChanges(project: string) {
  const path = `/api/v1/projects/${project}/memberships/identities`
  return {
    add: useIdentityMutation(({ identity, role }: ProjectRole) =>
      request('POST', `${path}/${identity}`, { body: { roles: [{ role }] } }),
    ),
    change: useIdentityMutation(({ identity, role }: ProjectRole) =>
      request('PATCH', `${path}/${identity}`, { body: { roles: [{ role }] } }),
    ),
    /** Gives these roles in place of those it has. */
    changeAll: useIdentityMutation(({ identity, roles }: { identity: string; roles: WireGrant[] }) =>
      request('PATCH', `${path}/${identity}`, { body: { roles } }),
    ),
    remove: useIdentityMutation((identity: string) => request('DELETE', `${path}/${identity}`)),
  }
}
