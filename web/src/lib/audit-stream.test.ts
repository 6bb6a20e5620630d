import { expect, test } from 'vitest'

import { streamState, streamUrl } from './audit-stream'

test('a stream is paused, failing, behind or current', () => {
  const state = (isPaused: boolean, lastError: string | null, eventsWaiting: number) =>
    streamState({ isPaused, lastError, eventsWaiting })
  expect(state(true, 'no', 3)).toBe('paused')
  expect(state(false, 'no', 0)).toBe('failing')
  expect(state(false, null, 3)).toBe('behind')
  expect(state(false, null, 0)).toBe('current')
})

test('the kind of target and its fields make an address', () => {
  const field = { url: 'https://logs.test/in', server: 'logs.test:6514' }
  expect(streamUrl('https', field)).toBe('https://logs.test/in')
  expect(streamUrl('syslog+tls', field)).toBe('syslog+tls://logs.test:6514')
  expect(streamUrl('syslog+tcp', field)).toBe('syslog+tcp://logs.test:6514')
  expect(streamUrl('file', field)).toBe('file:')
})
