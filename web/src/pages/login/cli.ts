import { currentToken } from '~/api/session'

/** What the command line takes over, in its own spelling. */
type HandOver = { email: string; privateKey: string; JTWToken: string; RefreshToken: string }

/** The port of this computer on which the command line waits; undefined if the address names none. */
export function callbackPort(search: string): number | undefined {
  const port = Number(new URLSearchParams(search).get('callback_port'))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

/** The command line gets the access token alone; the cookie that renews it cannot be read here, and shall not be. */
export const handOver = (email: string): HandOver => ({
  email,
  privateKey: '',
  JTWToken: currentToken(),
  RefreshToken: '',
})

/** Sends it to the waiting command line. Whether that arrived. */
export async function sendToCli(port: number, handedOver: HandOver): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(handedOver),
    })
    return answer.ok
  } catch {
    return false
  }
}

/** The same as text to paste. */
export const asPaste = (handedOver: HandOver) => btoa(JSON.stringify(handedOver))
