import { expect, test } from 'vitest'

import { fitting } from './commands'

const run = () => undefined
const COMMANDS = [
  { label: 'New folder', run },
  { label: 'Import', run },
  { label: 'Settings', where: 'Shop', run },
  { label: 'Important project', run },
  { label: 'Reimport', run },
]
const labels = (typed: string) => fitting(COMMANDS, typed).map((one) => one.label)

test('nothing typed shows everything in its order', () => {
  expect(labels(' ')).toEqual(COMMANDS.map((one) => one.label))
})

test('a beginning goes before the middle of a word', () => {
  expect(labels('import')).toEqual(['Import', 'Important project', 'Reimport'])
  expect(labels('FOLD')).toEqual(['New folder'])
})

test('two letters are not looked for in the place', () => {
  expect(labels('sh')).toEqual([])
  expect(labels('sho')).toEqual(['Settings'])
})

test('words may come from the label and the place', () => {
  expect(labels('shop sett')).toEqual(['Settings'])
  expect(labels('shop folder')).toEqual([])
})
