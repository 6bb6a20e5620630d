import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { selectOrganization } from './account'
import { asksFor, request } from './client'
import { signedIn } from './session'

/** A second factor: an authenticator app, or a passkey. */
export type Method = 'totp' | 'webauthn'

/** A sign-in that waits. `login` is the session's token, which is for no organization yet. */
export type Challenge = { login: string; organizationId: string; methods: Method[] } & (
  | {
      /** One of `methods` is to be given; `token` is good for that alone. */
      kind: 'give'
      token: string
    }
  | {
      /** The person has none of `methods` and sets one up. */
      kind: 'set-up'
    }
)

/** A sign-in that waits for a second factor to be given. */
export type Asked = Extract<Challenge, { kind: 'give' }>

/** Whether the person has an authenticator app. */
export type SecondFactor = { isVerified: boolean; recoveryCodesLeft: number }

export const secondFactorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: () => request<SecondFactor>('GET', '/api/v1/user/me/totp'),
})

/** Gives a code and is in, or returns what the organization wants besides. */
export const giveCode = (asked: Asked, code: string) =>
  give(asked, '/api/v2/auth/mfa/verify', { mfaToken: code, mfaMethod: 'totp' })

/** Sends what was asked for. */
export async function give(asked: Asked, path: string, body: unknown): Promise<Challenge | undefined> {
  try {
    const { token } = await request<{ token: string }>('POST', path, { body, token: asked.token })
    signedIn(token, asked.organizationId)
    return undefined
  } catch (error) {
    if (!asksFor(error, 'mfa_setup_required')) throw error
    return selectOrganization(asked.organizationId, asked.login)
  }
}

/** What an authenticator app is set up with, shown this once. */
export type Registration = { otpUrl: string; recoveryCodes: string[] }

/** A token that is not in use yet, or the one that is. */
export const withToken = (token: string | undefined) => (token ? { token } : {})

/** Begins to set up an app. */
export const useRegister = (token?: string) =>
  useMutation({
    mutationFn: () => request<Registration>('POST', '/api/v1/user/me/totp/register', withToken(token)),
  })

/** A request that changes what the person has. */
export function useFactorChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all(
        ['second-factor', 'passkeys', 'me'].map((key) => client.invalidateQueries({ queryKey: [key] })),
      ),
  })
}

/** Shows a first code of the app that is being set up. */
export const useConfirm = (token?: string) =>
  useFactorChange((totp: string) =>
    request('POST', '/api/v1/user/me/totp/verify', { body: { totp }, ...withToken(token) }),
  )

/** Removes the app and the recovery codes. */
export const useRemove = () => useFactorChange(() => request('DELETE', '/api/v1/user/me/totp'))

/** Makes new recovery codes in place of the old. */
export const useRenewCodes = () =>
  useFactorChange(() => request<{ recoveryCodes: string[] }>('POST', '/api/v1/user/me/totp/recovery-codes'))
