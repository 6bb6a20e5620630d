import { expect, test } from 'vitest'

import { describeBytes } from './sizes'

test('bytes are said in the largest unit that leaves a whole', () => {
  const units = ['bytes', 'KB', 'MB']
  expect([0, 512, 999, 1000, 1_549_000, 999_960, 5e9].map((bytes) => describeBytes(bytes, units))).toEqual([
    '0 bytes',
    '512 bytes',
    '999 bytes',
    '1.0 KB',
    '1.5 MB',
    '1.0 MB',
    '5000.0 MB',
  ])
})
