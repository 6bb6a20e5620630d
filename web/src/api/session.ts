import { useSyncExternalStore } from 'react'

/**
 * Who is signed in. The access token lives in this module's memory and nowhere else; a reload gets a new one from
 * the server with the HttpOnly cookie.
 */
export type Session = {
  state: 'starting' | 'signed-out' | 'signed-in' | 'expired'
  /** The organization that the token is for; empty until one is chosen. */
  organizationId: string
}

let token = ''
let session: Session = { state: 'starting', organizationId: '' }
const listeners = new Set<() => void>()
/** Requests that wait for somebody to sign in again. */
let waiting: (() => void)[] = []

/** Says that this browser has been signed in, so that others ask for no session at their first visit. No secret. */
const HINT = 'tacit.session'

/** Whether there may be a session to take up. */
export const mayHaveSession = () => localStorage.getItem(HINT) !== null

export const currentToken = () => token
export const currentSession = () => session

function set(next: Session) {
  session = next
  for (const listener of listeners) listener()
}

/** Takes a token into use and lets the requests go on that waited for it. */
export function signedIn(newToken: string, organizationId: string) {
  token = newToken
  localStorage.setItem(HINT, '1')
  set({ state: 'signed-in', organizationId })
  for (const resume of waiting) resume()
  waiting = []
}

/** Forgets the token. */
export function signedOut() {
  token = ''
  localStorage.removeItem(HINT)
  set({ state: 'signed-out', organizationId: '' })
}

/** The session ended while somebody works: the page stays as it is and asks for the password over it. */
export function expired(): Promise<void> {
  set({ ...session, state: 'expired' })
  return new Promise((resume) => waiting.push(resume))
}

/** The session, as it changes. */
export function useSession(): Session {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentSession)
}
