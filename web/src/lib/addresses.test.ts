import { expect, test } from 'vitest'

import { parseRanges, showRanges } from './addresses'
import { describeDuration, parseDuration } from './durations'
import { isSecretName, splitAssignment } from './secret-name'

test('addresses and ranges of both kinds are read and shown again', () => {
  const text = '10.0.0.1\n0.0.0.0/0\n::/0\n2001:db8::1\nfe80::/10'
  const parsed = parseRanges(text)
  expect('ranges' in parsed && showRanges(parsed.ranges)).toBe(text)
})

test.each(['10.0.0', '10.0.0.256', '10.0.0.1/33', '1::2::3', ':::', '::/129', 'example.com', '1.1.1.1/8/8'])(
  '%s is no address',
  (text) => {
    expect(parseRanges(text)).toEqual({ bad: text })
  },
)

test.each([
  ['7200', 7200],
  ['2h', 7200],
  ['30 d', 2_592_000],
  ['90m', 5400],
  ['', undefined],
  ['-1', undefined],
  ['2 weeks', undefined],
])('%j is %s seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

test('seconds are said in the greatest unit that fits', () => {
  expect([7200, 86_400, 90, 1, 0].map(describeDuration)).toEqual([
    '2 hours',
    '1 day',
    '90 seconds',
    '1 second',
    'no limit',
  ])
})

test.each(['FOO', 'foo.bar-baz', 'é', 'A'.repeat(255)])('%s is a key', (key) => {
  expect(isSecretName(key)).toBe(true)
})

test.each(['', 'A B', 'A:B', 'A/B', 'A\u0000', 'A'.repeat(256)])('%j is no key', (key) => {
  expect(isSecretName(key)).toBe(false)
})

test('a pasted assignment is split at its first sign', () => {
  expect(splitAssignment('export URL=a=b')).toEqual({ key: 'URL', value: 'a=b' })
  expect(splitAssignment('just text')).toBeUndefined()
  expect(splitAssignment('https://x/?a=b')).toBeUndefined()
})
