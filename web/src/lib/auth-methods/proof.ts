import { authMethods as words } from '~/lib/text/auth-methods'
import type { ProofField } from './method'

/** Reads what was pasted to try a method. The identity is that whose method it is, whatever a request says. */
export function readProof(
  fields: readonly ProofField[],
  pasted: (name: string) => string,
): { proof: Record<string, unknown> } | { problem: string } {
  const proof: Record<string, unknown> = {}
  for (const { name, kind } of fields) {
    const content = pasted(name)
    if (kind === 'request') {
      const { identityId, ...request } = objectIn(content) ?? {}
      if (Object.keys(request).length === 0) return { problem: words.badJson }
      Object.assign(proof, request)
    } else {
      // Spaces may be part of a password.
      proof[name] = kind === 'secret' ? content : content.trim()
    }
  }
  return { proof }
}

function objectIn(content: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(content)
    const isObject = typeof read === 'object' && read !== null && !Array.isArray(read)
    return isObject ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A check in plain words: some are called alike and look at different things. */
export function sayCheck(method: string, name: string, passed: boolean): string {
  const said = words.said[`${method} ${name}`] ?? words.said[name]
  return said?.[passed ? 0 : 1] ?? words.otherCheck(name)
}
