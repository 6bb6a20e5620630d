import { expect, test } from 'vitest'

import { nextStep, stepsOf } from './checklist'

const NOTHING = { add: false, connect: false, read: false, backup: false }
const ALL = { add: true, connect: true, read: true, backup: true }

test('the next step is the first that is left', () => {
  expect(nextStep(stepsOf(NOTHING))).toBe('add')
  expect(nextStep(stepsOf({ ...NOTHING, add: true, read: true }))).toBe('connect')
  expect(nextStep(stepsOf(ALL))).toBeUndefined()
})

test('what is not for this person is no step', () => {
  const steps = stepsOf({ ...ALL, read: undefined, backup: undefined })
  expect(steps.map((one) => one.name)).toEqual(['add', 'connect'])
})
