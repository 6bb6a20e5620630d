import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { withoutSecrets } from '~/lib/auth-methods/draft'
import type { AuthMethod, Settings } from '~/lib/auth-methods/method'
import { request } from './client'
import { useIdentityMutation } from './identities'

/** The most tokens that one answer holds. */
export const TOKENS_MAX = 100

export type IdentityToken = {
  id: string
  name: string | null
  accessTokenTTL: number
  accessTokenMaxTTL: number
  accessTokenNumUses: number
  accessTokenNumUsesLimit: number
  accessTokenLastUsedAt: string | null
  accessTokenLastRenewedAt: string | null
  isAccessTokenRevoked: boolean
  createdAt: string
}

/** How a proof was judged. Only the last check can have failed. */
export type Judged = {
  accepted: boolean
  subject: string | null
  checks: { name: string; passed: boolean; detail: string }[]
}

const pathOf = (identity: string, method: string) => `/api/v1/auth/${method}/identities/${identity}`
const TOKENS = '/api/v1/auth/token-auth'

/** The settings of a method. Credentials among them are forgotten as they come; `stored` says which there are. */
export const authMethodQuery = (identity: string, method: AuthMethod) =>
  queryOptions({
    queryKey: ['auth-method', identity, method.name],
    queryFn: async () => {
      const answer = await request<Record<string, Settings>>('GET', pathOf(identity, method.name))
      return withoutSecrets(method.fields, answer[method.answer] ?? {})
    },
  })

/** Reads identities anew as this opens: machines log in without this page knowing of it. */
export function useLatestLogins() {
  const client = useQueryClient()
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['identities'] })
  }, [client])
}

/** Attaches a method, or changes it where it is there already. */
export const useSaveAuthMethod = (identity: string, method: AuthMethod, isNew: boolean) =>
  useIdentityMutation((body: Settings) =>
    request(isNew ? 'POST' : 'PATCH', pathOf(identity, method.name), { body }),
  )

export const useDetachAuthMethod = (identity: string) =>
  useIdentityMutation((method: string) => request('DELETE', pathOf(identity, method)))

/** Ends a lockout after wrong passwords. Returns how many there were. */
export const useClearLockouts = (identity: string) =>
  useIdentityMutation((method: string) =>
    request<{ deleted: number }>('POST', `${pathOf(identity, method)}/clear-lockouts`),
  )

/** Has a proof judged as a login would be. No mutation: that would keep the proof in memory. */
export const judgeProof = (identity: string, method: string, proof: object, signal: AbortSignal) =>
  request<Judged>('POST', `/api/ui/v1/identities/${identity}/${method}/test`, { body: proof, signal })

/** The newest tokens that people made for an identity. */
export const identityTokensQuery = (identity: string) =>
  queryOptions({
    queryKey: ['identity-tokens', identity],
    queryFn: async () =>
      (
        await request<{ tokens: IdentityToken[] }>('GET', `${TOKENS}/identities/${identity}/tokens`, {
          query: { limit: TOKENS_MAX },
        })
      ).tokens,
  })

/** Making, naming and ending tokens of an identity. */
export const useTokenChanges = (identity: string) => ({
  create: useIdentityMutation((name: string) =>
    request<{ accessToken: string; tokenData: IdentityToken }>(
      'POST',
      `${TOKENS}/identities/${identity}/tokens`,
      { body: { name } },
    ),
  ),
  rename: useIdentityMutation(({ id, name }: { id: string; name: string }) =>
    request('PATCH', `${TOKENS}/tokens/${id}`, { body: { name } }),
  ),
  revoke: useIdentityMutation((id: string) => request('POST', `${TOKENS}/tokens/${id}/revoke`)),
})
