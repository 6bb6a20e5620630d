import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'
import { signedIn } from './session'

/** A sign-in that waits for the second factor. The token is good for that alone. */
export type Challenge = { token: string; organizationId: string }

/** Whether the person has an authenticator app. */
export type SecondFactor = { isVerified: boolean; recoveryCodesLeft: number }

export const secondFactorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: () => request<SecondFactor>('GET', '/api/v1/user/me/totp'),
})

/** Gives the second factor and is in. */
export async function giveSecondFactor(challenge: Challenge, code: string) {
  const { token } = await request<{ token: string }>('POST', '/api/v2/auth/mfa/verify', {
    body: { mfaToken: code, mfaMethod: 'totp' },
    token: challenge.token,
  })
  signedIn(token, challenge.organizationId)
}

/** What an authenticator app is set up with, shown this once. */
export type Registration = { otpUrl: string; recoveryCodes: string[] }

/** Begins to set up an app. */
export const useRegister = () =>
  useMutation({ mutationFn: () => request<Registration>('POST', '/api/v1/user/me/totp/register') })

/** A request that changes what the person has. */
function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: ['second-factor'] }),
  })
}

/** Shows a first code of the app that is being set up. */
export const useConfirm = () =>
  useChange((totp: string) => request('POST', '/api/v1/user/me/totp/verify', { body: { totp } }))

/** Removes the app and the recovery codes. */
export const useRemove = () => useChange(() => request('DELETE', '/api/v1/user/me/totp'))

/** Makes new recovery codes in place of the old. */
export const useRenewCodes = () =>
  useChange(() => request<{ recoveryCodes: string[] }>('POST', '/api/v1/user/me/totp/recovery-codes'))
