export type StepName = 'add' | 'connect' | 'read' | 'backup'
export type Step = { name: StepName; isDone: boolean }

/** What is undefined is not for this person: they may not see it, or it is not theirs to do. */
type Known = Record<StepName, boolean | undefined>

const ORDER: StepName[] = ['add', 'connect', 'read', 'backup']

/** The first steps with a project, in their order. */
export const stepsOf = (known: Known): Step[] =>
  ORDER.flatMap((name) => {
    const isDone = known[name]
    return isDone === undefined ? [] : [{ name, isDone }]
  })

/** The first step that is left to do. */
export const nextStep = (steps: Step[]): StepName | undefined => steps.find((one) => !one.isDone)?.name
