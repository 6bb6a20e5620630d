const keys = (count: number) => `${count} key${count === 1 ? '' : 's'}`

/** What the dashboard says of comparing environments. */
export const compare = {
  compare: {
    open: 'Compare environments',
    title: 'Compare environments',
    hint: 'Which keys differ is known without showing a value. What you copy waits among the changes until you commit it.',
    left: 'Left environment',
    right: 'Right environment',
    swap: 'Swap',
    folder: 'Folder',
    differences: 'Only differences',
    key: 'Key',
    state: 'State',
    summary: (here: number, there: number, different: number, same: number) =>
      `${here} only left, ${there} only right, ${different} different, ${same} the same`,
    states: {
      'left-only': (_left: string, right: string) => `missing in ${right}`,
      'right-only': (left: string, _right: string) => `missing in ${left}`,
      different: () => 'different',
      same: () => 'the same',
      unknown: () => 'hidden from you',
    },
    missing: 'missing',
    imported: (name: string) => `imported in ${name}`,
    pending: 'pending',
    copy: (key: string, to: string) => `Copy ${key} to ${to}`,
    copyMissing: (count: number, to: string) => `Copy ${keys(count)} to ${to}`,
    copied: (count: number, to: string) => `${keys(count)} for ${to} are among the changes.`,
    some: (count: number) => `${keys(count)} could not be read.`,
    valueIn: (key: string, environment: string) => `${key} in ${environment}`,
    nothing: 'No difference here',
    nothingHint: 'Both environments have the same keys with the same values in this folder.',
    empty: 'No secrets in this folder',
    sameTwice: 'Choose two different environments.',
    one: 'This project has one environment only.',
    folders: 'Folders below',
    back: 'Secrets',
  },
} as const
