const secrets = (count: number) => `${count} secret${count === 1 ? '' : 's'}`

/** What the dashboard says of references between secrets. */
export const references = {
  references: {
    label: 'What can be referred to',
    found: (count: number) =>
      `${count} suggestion${count === 1 ? '' : 's'}. Arrow keys choose, Enter takes it.`,
    kinds: { key: 'secret', environment: 'environment', folder: 'folder' },
    lost: (list: string) => `Leads to nothing: ${list}`,
    usedBy: (count: number) => `${secrets(count)} refer${count === 1 ? 's' : ''} to it.`,
    deleted: 'Their references will be empty text.',
    renamed: 'Their references will be empty text, unless they get the new name too.',
    rewrite: 'Give the references the new name',
    incomplete: 'There may be more.',
    hint: 'Secrets whose value refers to this one. Those that you may not see are left out.',
    none: 'No secret refers to this one.',
  },
} as const
