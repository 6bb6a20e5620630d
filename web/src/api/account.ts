import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { ApiError, asksFor, renew, request } from './client'
import type { Challenge, Method } from './second-factor'
import { currentSession, currentToken, mayHaveSession, signedIn, signedOut } from './session'

export type User = {
  id: string
  email: string
  firstName: string | null
  lastName: string | null
  superAdmin: boolean
  isEmailVerified: boolean
  /** Their second factors, the one asked for first in front. */
  mfaMethods: Method[] | null
}
export type Organization = { id: string; name: string; slug: string; userRole?: string }
export type SignedInDevice = {
  id: string
  ip: string
  userAgent: string
  lastUsed: string
  createdAt: string
}

/** What everybody may know of the instance. */
export type InstanceConfig = {
  /** Whether it has its first administrator yet. */
  initialized: boolean
  /** Domains from which new accounts may be, with commas between. */
  allowedSignUpDomain: string | null
  /** What people read before they sign in. */
  authConsentContent: string | null
  /** What stands above every page. */
  pageFrameContent: string | null
}

export const instanceQuery = queryOptions({
  queryKey: ['instance'],
  queryFn: () => request<{ config: InstanceConfig }>('GET', '/api/v1/admin/config', { anonymous: true }),
  staleTime: Number.POSITIVE_INFINITY,
})

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await request<{ user: User }>('GET', '/api/v2/users/me')).user,
  staleTime: 300_000,
})

export const organizationsQuery = queryOptions({
  queryKey: ['organizations'],
  queryFn: async () =>
    (await request<{ organizations: Organization[] }>('GET', '/api/v2/users/me/organizations')).organizations,
  staleTime: 300_000,
})

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => request<SignedInDevice[]>('GET', '/api/v2/users/me/sessions'),
})

/** Takes up the session of the cookie, if there is one. Done once, before anything is drawn. */
export async function resumeSession() {
  if (!(mayHaveSession() && (await renew()))) signedOut()
}

/**
 * Signs in and chooses the organization that was in use before, or the only one there is. Until one is chosen the
 * session is for none. The token is taken into use at the end, because requests may be waiting for a good one.
 * Returns what still has to be given, if anything.
 */
export async function signIn(email: string, password: string): Promise<Challenge | undefined> {
  const { accessToken: token } = await request<{ accessToken: string }>('POST', '/api/v3/auth/login', {
    body: { email, password },
    anonymous: true,
  })
  return enter(token)
}

/** Goes on from a session that is for no organization yet. */
export async function enter(token: string): Promise<Challenge | undefined> {
  const { organizations } = await request<{ organizations: Organization[] }>(
    'GET',
    '/api/v2/users/me/organizations',
    {
      token,
    },
  )
  const before = organizations.find((one) => one.id === currentSession().organizationId)
  const chosen = before ?? (organizations.length === 1 ? organizations[0] : undefined)
  if (chosen) return selectOrganization(chosen.id, token)
  signedIn(token, '')
  return undefined
}

/** Makes the session one for an organization, or returns what has to be given or set up first. */
export async function selectOrganization(
  organizationId: string,
  token?: string,
): Promise<Challenge | undefined> {
  const waiting = { login: token ?? currentToken(), organizationId }
  try {
    const selected = await request<Selected>('POST', '/api/v3/auth/select-organization', {
      body: { organizationId },
      ...(token ? { token } : {}),
    })
    if (selected.isMfaEnabled) {
      return { ...waiting, kind: 'give', token: selected.token, methods: selected.mfaMethods ?? [] }
    }
    signedIn(selected.token, organizationId)
    return undefined
  } catch (error) {
    if (!(error instanceof ApiError && asksFor(error, 'mfa_setup_required'))) throw error
    return { ...waiting, kind: 'set-up', methods: (error.context.mfaMethods ?? []) as Method[] }
  }
}

type Selected = { token: string; isMfaEnabled: boolean; mfaMethods?: Method[] }

export type Setup = {
  email: string
  password: string
  firstName: string
  organization: string
  setupToken: string
}

/** Makes the first administrator and organization, and signs in. */
export async function setUp({ setupToken, ...body }: Setup) {
  const made = await request<{ token: string; organization: Organization }>('POST', '/api/v1/admin/signup', {
    body,
    anonymous: true,
    headers: setupToken ? { 'x-tacit-setup-token': setupToken } : {},
  })
  signedIn(made.token, made.organization.id)
  return made.organization
}

/** Ends the session here and on the server. */
export async function signOut() {
  await request('POST', '/api/v1/auth/logout').catch(() => undefined)
  signedOut()
}

/** Ends sessions of the person, one after the other. */
export function useEndSessions() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) await request('DELETE', `/api/v2/users/me/sessions/${id}`)
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  })
}

export const useChangePassword = () =>
  useMutation({
    mutationFn: (body: { oldPassword: string; newPassword: string }) =>
      request('POST', '/api/v2/password/user/password-reset', { body }),
  })

export function useRename() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { firstName: string; lastName: string }) =>
      request('PATCH', '/api/v2/users/me/name', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['me'] }),
  })
}

/** Deletes the person's own account, and with it the session and all that this page knows of them. */
export function useDeleteAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request('DELETE', '/api/v2/users/me'),
    onSuccess: () => {
      signedOut()
      client.clear()
    },
  })
}
