/** How an audit stream is doing, from what the server says of it. */
export type StreamState = 'paused' | 'failing' | 'behind' | 'current'

/** Paused comes first: what failed before does not matter while nothing is sent. */
export function streamState(stream: {
  isPaused: boolean
  lastError: string | null
  eventsWaiting: number
}): StreamState {
  if (stream.isPaused) return 'paused'
  if (stream.lastError !== null) return 'failing'
  return stream.eventsWaiting > 0 ? 'behind' : 'current'
}

/** What somebody chooses from: each is the beginning of an address. */
export const KINDS = ['https', 'syslog+tls', 'syslog+tcp', 'file'] as const
export type Kind = (typeof KINDS)[number]

/** The address of a stream from the fields of its form. */
export const streamUrl = (kind: Kind, field: { url: string; server: string }): string => {
  if (kind === 'file') return 'file:'
  return kind === 'https' ? field.url : `${kind}://${field.server}`
}
