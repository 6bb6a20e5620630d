import { queryOptions } from '@tanstack/react-query'

import { text } from '~/lib/text'
import { askForPasskey, type CreationOptions, createPasskey, type RequestOptions } from '~/lib/webauthn'
import { enter } from './account'
import { ApiError, request } from './client'
import { type Asked, type Challenge, give, useFactorChange, withToken } from './second-factor'

/** A passkey of the person. */
export type Passkey = {
  id: string
  name: string
  /** The host name it was made under. */
  relyingParty: string
  /** Whether it works under the host name that is open now. */
  worksHere: boolean
  isSynchronized: boolean
  createdAt: string
  lastUsedAt: string | null
}

const PATH = '/api/ui/v1/me/passkeys'

/** `site` is the host name that new ones are for; null where there can be none. */
export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: () => request<{ site: string | null; passkeys: Passkey[] }>('GET', PATH),
})

const refused = () => new ApiError(0, text.passkeys.refused, '', undefined)

/** Makes a passkey and adds it. The password is needed if the sign-in was not recent. */
export const useAddPasskey = (token?: string) =>
  useFactorChange(async ({ name, password }: { name: string; password?: string | undefined }) => {
    const { publicKey } = await request<{ publicKey: CreationOptions }>('POST', `${PATH}/options`, {
      body: { password },
      ...withToken(token),
    })
    const credential = await createPasskey(publicKey)
    if (!credential) throw refused()
    return request<{ passkey: Passkey; recoveryCodes: string[] }>('POST', PATH, {
      body: { name, credential },
      ...withToken(token),
    })
  })

/** Gives a passkey another name. */
export const useRenamePasskey = () =>
  useFactorChange(({ id, name }: { id: string; name: string }) =>
    request('PATCH', `${PATH}/${id}`, { body: { name } }),
  )

/** Removes a passkey. The password is needed if the sign-in was not recent. */
export const useRemovePasskey = () =>
  useFactorChange(({ id, password }: { id: string; password?: string | undefined }) =>
    request('DELETE', `${PATH}/${id}`, { body: { password } }),
  )

/** Signs in with a passkey alone. Returns what still has to be given, if anything. */
export async function signInWithPasskey(): Promise<Challenge | undefined> {
  const path = '/api/ui/v1/sign-in/passkey'
  const { publicKey } = await request<{ publicKey: RequestOptions }>('POST', `${path}/options`, {
    anonymous: true,
  })
  const credential = await askForPasskey(publicKey)
  if (!credential) throw refused()
  const body = { credential }
  const { accessToken } = await request<{ accessToken: string }>('POST', path, { body, anonymous: true })
  return enter(accessToken)
}

/** Gives a passkey after the password and is in, or returns what the organization wants besides. */
export async function givePasskey(asked: Asked): Promise<Challenge | undefined> {
  const path = '/api/ui/v1/mfa/passkey'
  const { publicKey } = await request<{ publicKey: RequestOptions }>('POST', `${path}/options`, {
    token: asked.token,
  })
  const credential = await askForPasskey(publicKey)
  if (!credential) throw refused()
  return give(asked, path, { credential })
}
