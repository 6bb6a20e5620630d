import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

/** Whether the server sends mails. */
export const mailQuery = queryOptions({
  queryKey: ['mail'],
  queryFn: async () =>
    (await request<{ emailConfigured: boolean }>('GET', '/api/status', { anonymous: true })).emailConfigured,
  staleTime: Number.POSITIVE_INFINITY,
})

/** Asks for a link to set a new password. The answer is the same whether there is such an account or not. */
export const useAskForReset = () =>
  useMutation({
    mutationFn: (email: string) =>
      request('POST', '/api/v1/password/email/password-reset', { body: { email }, anonymous: true }),
  })

/** What the link in such a mail says. */
export type ResetLink = { code: string; email: string }

/** Changes the code of a link, once, for a token that sets the password. */
export async function openReset({ code, email }: ResetLink): Promise<string> {
  const { token } = await request<{ token: string }>('POST', '/api/v1/password/email/password-reset-verify', {
    body: { email, code },
    anonymous: true,
  })
  return token
}

/** Sets a new password. All sessions end. */
export const resetPassword = (token: string, newPassword: string) =>
  request('POST', '/api/v2/password/password-reset', { body: { newPassword }, token })

/** Mails the person a code. */
export const useSendCode = () =>
  useMutation({
    mutationFn: (username: string) => request('POST', '/api/v2/users/me/emails/code', { body: { username } }),
  })

/** Shows by the code that mail reaches the person. */
export function useVerifyEmail() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { username: string; code: string }) =>
      request('POST', '/api/v2/users/me/emails/verify', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['me'] }),
  })
}
