import { organizationOf } from '~/lib/token'
import { request } from './client'
import { currentSession, signedIn } from './session'

/** What the link of an invitation says. */
export type Invitation = { code: string; email: string; organizationId: string }

/** Checks the code. Somebody with an account who is signed in is in the organization then; without one there is more to say. */
export async function openInvitation({ code, email, organizationId }: Invitation): Promise<'joined' | 'new'> {
  const { token } = await request<{ token?: string }>('POST', '/api/v1/invite-org/verify', {
    body: { email, organizationId, code },
    anonymous: currentSession().state !== 'signed-in',
  })
  return token ? 'new' : 'joined'
}

export type NewPerson = { firstName: string; lastName: string; password: string }

/** Makes the account of somebody invited, and signs in. Returns the organization, if the session may enter it yet. */
export async function acceptInvitation({ code, email }: Invitation, person: NewPerson): Promise<string> {
  const { token } = await request<{ token: string }>('POST', '/api/v3/signup/complete-account/invite', {
    body: { ...person, email },
    token: code,
  })
  const organization = organizationOf(token)
  signedIn(token, organization)
  return organization
}
