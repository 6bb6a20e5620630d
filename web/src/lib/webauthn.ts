/** Talking to the browser's authenticators. Bytes travel as base64url, as the server writes them. */

type Descriptor = { type: 'public-key'; id: string }

/** What the server tells the browser to make. */
export type CreationOptions = {
  challenge: string
  rp: { id: string; name: string }
  user: { id: string; name: string; displayName: string }
  pubKeyCredParams: { type: 'public-key'; alg: number }[]
  timeout: number
  excludeCredentials: Descriptor[]
  authenticatorSelection: AuthenticatorSelectionCriteria
  attestation: 'none'
}

/** What the server tells the browser to ask for. */
export type RequestOptions = {
  challenge: string
  timeout: number
  rpId: string
  allowCredentials: Descriptor[]
  userVerification: UserVerificationRequirement
}

/** Whether this browser offers passkeys on this page: on secure pages, and under a name instead of an address. */
export const canUsePasskeys = () =>
  window.isSecureContext && 'PublicKeyCredential' in window && !/^[\d.]+$|:/.test(location.hostname)

/** Makes a passkey. Nothing if the person or the browser refused. */
export async function createPasskey(options: CreationOptions) {
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(descriptor),
  }
  const credential = await orNothing(navigator.credentials.create({ publicKey }))
  if (!credential) return undefined
  const response = credential.response as AuthenticatorAttestationResponse
  return {
    id: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
    },
  }
}

/** Asks for a passkey. Nothing if the person or the browser refused. */
export async function askForPasskey(options: RequestOptions) {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...options,
    challenge: bytesOf(options.challenge),
    allowCredentials: options.allowCredentials.map(descriptor),
  }
  const credential = await orNothing(navigator.credentials.get({ publicKey }))
  if (!credential) return undefined
  const response = credential.response as AuthenticatorAssertionResponse
  return {
    id: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle ? textOf(response.userHandle) : null,
    },
  }
}

/** Browsers say no in one way for every reason, so that pages learn nothing about the authenticator. */
async function orNothing(asked: Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    return ((await asked) as PublicKeyCredential | null) ?? undefined
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}

const descriptor = ({ type, id }: Descriptor) => ({ type, id: bytesOf(id) })

/** The bytes of base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

/** Bytes as base64url without padding. */
export function textOf(bytes: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return plain.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
