import { eventReader } from '~/lib/event-stream'
import type { ServerChange } from '~/lib/live'
import { openStream } from './client'

/** The pauses before trying again, in milliseconds: after a failure, and at most, each being twice the one before. */
const PAUSE = 1_000
const PAUSE_MAX = 30_000

type Listener = (changes: ServerChange[], revision: number) => void
/** Where the stream goes on: the id of the last event. Empty for what happens from now on. */
type Place = { after: string }

/**
 * Follows what changes in a project until `signal` ends it. A stream that breaks is taken up where it was, so nothing
 * is missed; `onGap` is called where that is not possible any more.
 */
export async function followProject(
  project: string,
  place: Place,
  listener: { onChanges: Listener; onGap: () => void },
  signal: AbortSignal,
) {
  let pause = PAUSE
  while (!signal.aborted) {
    const response = await openStream(`/api/v1/events/projects/${project}`, place.after, signal)
    if (response?.ok && response.body) {
      pause = PAUSE
      await readAll(response.body, place, listener.onChanges).catch(() => undefined)
    } else if (response?.status === 400) {
      // The place is not kept any more.
      place.after = ''
      listener.onGap()
    } else if (response?.status === 403 || response?.status === 404) {
      return
    }
    await delay(pause, signal)
    pause = Math.min(pause * 2, PAUSE_MAX)
  }
}

async function readAll(body: ReadableStream<Uint8Array>, place: Place, onChanges: Listener) {
  const read = eventReader()
  const text = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    for (const event of read(text.decode(value, { stream: true }))) {
      if (event.id) place.after = event.id
      if (event.name !== 'change') continue
      const { changes, revision } = JSON.parse(event.data) as { changes: ServerChange[]; revision: number }
      onChanges(changes, revision)
    }
  }
}

const delay = (time: number, signal: AbortSignal) =>
  new Promise<void>((resume) => {
    const timer = setTimeout(resume, time)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resume()
    })
  })
