import { expect, test } from 'vitest'

import { bytesOf, textOf } from './webauthn'

test('bytes travel as base64url without padding', () => {
  expect(textOf(Uint8Array.from([0xfb, 0xff]).buffer)).toBe('-_8')
  expect([...bytesOf('-_8')]).toEqual([0xfb, 0xff])
  for (let length = 0; length < 9; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 31)
    expect(bytesOf(textOf(bytes.buffer))).toEqual(bytes)
  }
})
