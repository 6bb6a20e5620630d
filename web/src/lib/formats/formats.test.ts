import { describe, expect, test } from 'vitest'

import { guessFormat, parse, write } from './index'

const values = (format: 'env' | 'json' | 'yaml' | 'csv', text: string) =>
  Object.fromEntries(parse(format, text).entries.map(({ key, value }) => [key, value]))

describe('.env', () => {
  const corpus: [string, string, Record<string, string>][] = [
    ['a bare value', 'FOO=bar', { FOO: 'bar' }],
    ['an empty value', 'FOO=', { FOO: '' }],
    ['empty quotes', 'FOO=""', { FOO: '' }],
    ['blanks around the sign', '  FOO = bar  ', { FOO: 'bar' }],
    ['export', 'export FOO=bar', { FOO: 'bar' }],
    ['a key that begins with export', 'exported=bar', { exported: 'bar' }],
    ['equal signs in a value', 'URL=postgres://a:b@c/d?x=1&y==', { URL: 'postgres://a:b@c/d?x=1&y==' }],
    ['a # inside a value', 'COLOUR=#fff0\nP=a#b', { COLOUR: '#fff0', P: 'a#b' }],
    ['a comment instead of a value', 'A= # later\nB=2', { A: '', B: '2' }],
    ['a # inside quotes', 'COLOUR="#fff" # white', { COLOUR: '#fff' }],
    ['a comment after a value', 'FOO=bar # why', { FOO: 'bar' }],
    ['a comment line', '# FOO=no\nFOO=yes', { FOO: 'yes' }],
    ['single quotes are taken as they are', String.raw`FOO='a\n"$B"'`, { FOO: String.raw`a\n"$B"` }],
    ['double quotes have escapes', String.raw`FOO="a\nb\t\"c\"\\ \$D"`, { FOO: 'a\nb\t"c"\\ $D' }],
    ['an unknown escape stays', String.raw`FOO="\d+"`, { FOO: String.raw`\d+` }],
    ['backticks', 'FOO=`it\'s "x"`', { FOO: 'it\'s "x"' }],
    ['quotes inside a bare value', `FOO=it's "so"`, { FOO: `it's "so"` }],
    [
      'a value of several lines',
      'KEY="-----BEGIN\nabc=\n-----END"\nB=2',
      { KEY: '-----BEGIN\nabc=\n-----END', B: '2' },
    ],
    [
      'several lines in single quotes',
      "KEY='a\n# not a comment\nb'\nB=2",
      { KEY: 'a\n# not a comment\nb', B: '2' },
    ],
    ['Windows line ends', 'A=1\r\nB="x\r\ny"\r\n', { A: '1', B: 'x\ny' }],
    ['old Mac line ends', 'A=1\rB=2', { A: '1', B: '2' }],
    ['a byte order mark', '\uFEFFA=1', { A: '1' }],
    ['blanks inside a bare value', 'A=one two  three', { A: 'one two  three' }],
    ['blanks inside quotes', 'A="  x  "', { A: '  x  ' }],
    ['dots and dashes in keys', 'a.b-c=1', { 'a.b-c': '1' }],
    ['the last of two wins', 'A=1\nA=2', { A: '2' }],
    ['no line end at the end', 'A="x"', { A: 'x' }],
    ['JSON as a bare value', 'A={"x":"y, z"}', { A: '{"x":"y, z"}' }],
    ['letters of every script', 'A=žluťoučký 密码', { A: 'žluťoučký 密码' }],
    ['references', 'A=${B}-${dev.api.C}', { A: '${B}-${dev.api.C}' }],
    ['only blanks and comments', '\n  \n# nothing\n', {}],
  ]
  test.each(corpus)('%s', (_, text, expected) => {
    expect(values('env', text)).toEqual(expected)
  })

  test('a line that cannot be read names its number and the others are read', () => {
    const parsed = parse('env', 'A=1\nnonsense\nB="open\nC=3')
    expect(parsed.problems.map(({ line }) => line)).toEqual([2, 3])
    expect(parsed.entries.map(({ key }) => key)).toEqual(['A', 'C'])
  })

  test('text after a closing quote is a problem, not part of a value', () => {
    expect(parse('env', 'A="x"y').problems).toHaveLength(1)
  })

  test('a comment above a key or after a value becomes its comment', () => {
    const [first, second] = parse('env', '# the\n# first\nA=1\n\n# lost\n\nB=2 # second').entries
    expect(first?.comment).toBe('the\nfirst')
    expect(second?.comment).toBe('second')
  })

  test('lines are counted through values of several lines', () => {
    expect(parse('env', 'A="1\n2\n3"\nB=4').entries[1]?.line).toBe(4)
  })
})

describe('JSON', () => {
  test('objects are flattened, and what is no text is converted and noted', () => {
    const parsed = parse('json', '{"A":"x","db":{"PORT":5432,"TLS":true,"none":null,"list":[1]}}')
    expect(Object.fromEntries(parsed.entries.map(({ key, value }) => [key, value]))).toEqual({
      A: 'x',
      db_PORT: '5432',
      db_TLS: 'true',
      db_none: '',
      db_list: '[1]',
    })
    expect(parsed.notes).toHaveLength(4)
  })

  test('an export of another secrets manager is read', () => {
    expect(values('json', '[{"secretKey":"A","secretValue":"1"},{"key":"B","value":"2"}]')).toEqual({
      A: '1',
      B: '2',
    })
  })

  test.each(['{', '"text"', '12', ''])('%j is a problem', (text) => {
    expect(parse('json', text).problems).toHaveLength(1)
  })
})

describe('YAML', () => {
  test('flat keys, quotes, comments and blocks are read', () => {
    const text = [
      '---',
      '# comment',
      'A: plain value # comment',
      "B: 'it''s'",
      'C: "a\\nb\\u00e9"',
      'D: http://x/y#z',
      'E: |',
      '  one',
      '   two',
      '',
      '  three',
      'F: |-',
      '  no end',
      'G: >-',
      '  folded',
      '  line',
      'H:',
      '"quoted key": 1',
    ].join('\n')
    expect(values('yaml', text)).toEqual({
      A: 'plain value',
      B: "it's",
      C: 'a\nbé',
      D: 'http://x/y#z',
      E: 'one\n two\n\nthree\n',
      F: 'no end',
      G: 'folded line',
      H: '',
      'quoted key': '1',
    })
  })

  test.each(['a:\n  b: 1', '- a', 'a: [1]', 'a: *b', 'a: !!str x', 'a: "open'])('%j is a problem', (text) => {
    expect(parse('yaml', text).problems.length).toBeGreaterThan(0)
  })
})

describe('CSV', () => {
  test('columns are found by their names, in any order', () => {
    expect(values('csv', 'Value,Notes,Name\n"a,""b""\nc",x,A\n2,,B')).toEqual({ A: 'a,"b"\nc', B: '2' })
  })

  test('without names the first two columns count', () => {
    expect(values('csv', 'A;1\nB;2\n')).toEqual({ A: '1', B: '2' })
  })

  test('a line without a value and an open quote are problems', () => {
    expect(parse('csv', 'key,value\nA\n').problems).toHaveLength(1)
    expect(parse('csv', 'A,"open').problems).toHaveLength(1)
  })
})

describe('writing', () => {
  const nasty = [
    '',
    'plain',
    ' blank ',
    'a#b',
    "it's",
    '"q"',
    'a\nb\r\nc',
    '\\n',
    '$HOME `x`',
    '=,;:',
    'é密',
    '{"a":1}',
  ]
  test.each(['env', 'json', 'yaml', 'csv'] as const)('%s is read back as it was', (format) => {
    const entries = nasty.map((value, at) => ({ key: `K${at}`, value }))
    const expected = Object.fromEntries(
      // Readers take every line end for the same one; only escapes keep them apart.
      entries.map(({ key, value }) => [key, format === 'csv' ? value.replace(/\r\n/g, '\n') : value]),
    )
    expect(values(format, write(format, entries))).toEqual(expected)
  })
})

test.each([
  ['', 'secrets.yml', 'yaml'],
  ['', 'x.CSV', 'csv'],
  ['A=1', '.env.json', 'json'],
  ['{"A":1}', '', 'json'],
  ['A: 1', '', 'yaml'],
  ['URL=http://x', '', 'env'],
  ['# c\nA=b: c', '.env', 'env'],
])('the format of %j named %j is %s', (text, name, format) => {
  expect(guessFormat(text, name)).toBe(format)
})
