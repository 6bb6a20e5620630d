import { expect, test } from 'vitest'

import { readQuestion, together } from './search-query'

test('words are looked for in the key', () => {
  expect(readQuestion('  stripe ')).toEqual({ name: 'stripe' })
  expect(readQuestion('stripe key')).toEqual({ name: 'stripe_key' })
})

test('parts narrow the question', () => {
  expect(readQuestion('db env:prod env:dev tag:billing path:app/web comment:paid meta:team=web')).toEqual({
    name: 'db',
    environments: ['prod', 'dev'],
    tagSlugs: ['billing'],
    secretPath: '/app/web',
    comment: 'paid',
    metadata: [{ key: 'team', value: 'web' }],
  })
})

test('metadata may be asked for by key, by value, and with an equals sign in the value', () => {
  expect(readQuestion('meta:team meta:=web meta:a=b=c')?.metadata).toEqual([
    { key: 'team' },
    { value: 'web' },
    { key: 'a', value: 'b=c' },
  ])
})

test('what asks for nothing is no question', () => {
  for (const typed of ['', '   ', 'env:prod', 'path:/']) expect(readQuestion(typed)).toBeUndefined()
})

test('a colon of another kind is part of a name', () => {
  expect(readQuestion('tag:')).toEqual({ name: 'tag:' })
})

test('environments of one key come together', () => {
  const match = (environment: string, secretPath: string, tags: string[] = []) => ({
    environment,
    secretPath,
    secretKey: 'FOO',
    tags: tags.map((slug) => ({ slug })),
  })
  const found = together('p', [match('dev', '/', ['a']), match('dev', '/x'), match('prod', '/', ['a', 'b'])])
  expect(found).toEqual([
    { project: 'p', folder: '/', key: 'FOO', environments: ['dev', 'prod'], tags: ['a', 'b'] },
    { project: 'p', folder: '/x', key: 'FOO', environments: ['dev'], tags: [] },
  ])
})
