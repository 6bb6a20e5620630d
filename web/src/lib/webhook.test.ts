import { expect, test } from 'vitest'

import { webhookState } from './webhook'

test('a webhook that is off is off, whatever was sent before', () => {
  expect(webhookState({ isDisabled: true, lastStatus: 'failed' })).toBe('off')
  expect(webhookState({ isDisabled: false, lastStatus: 'failed' })).toBe('failed')
  expect(webhookState({ isDisabled: false, lastStatus: null })).toBe('never')
})
