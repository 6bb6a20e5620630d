import { expect, test } from 'vitest'

import { sessionOf } from './token'

const token = (claims: string) =>
  `header.${btoa(claims).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.signature`

test('a token says which session it is of', () => {
  // Bytes that base64url writes with - and _.
  expect(sessionOf(token('{"note":"ÿþ?>~~","tokenVersionId":"s1"}'))).toBe('s1')
})

test('what is no such token says nothing', () => {
  for (const other of ['', 'a.b', token('[]'), token('{"tokenVersionId":7}'), token('null')])
    expect(sessionOf(other)).toBeUndefined()
})
