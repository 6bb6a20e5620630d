const rows = (count: number) => (count === 1 ? '1 row does' : `${count} rows do`)

/** What the dashboard says of the keys of the server. */
export const encryption = {
  encryption: {
    rootKey: 'Root key',
    rootHint: 'It wraps all other keys. Replace it on the server itself: tacit key rotate.',
    mode: 'Kept',
    modes: {
      file: 'in a file',
      variable: 'in a variable',
      passphrase: 'under a passphrase',
      'aws-kms': 'wrapped by AWS KMS',
      transit: 'wrapped by Transit',
    } as Record<string, string>,
    fingerprint: 'Fingerprint',
    rotated: 'Replaced',
    never: 'never',
    recovery: 'Recovery key',
    recoveryMade: (time: string) => `made ${time}`,
    recoveryNone: 'none',
    noRecovery:
      'There is no recovery key: who loses the root key loses everything. On the server: tacit key recovery create.',
    notVerified:
      'Nobody has checked yet that the recovery key was written down. On the server: tacit key recovery verify.',
    dataKeys: 'Data keys',
    dataHint:
      'Each organization and each project has its own. Replacing one encrypts everything under it anew, in the background, while people go on working.',
    organizations: 'Data keys of organizations',
    projects: 'Data keys of projects',
    project: 'Project',
    organization: 'Organization',
    number: 'Key',
    state: 'State',
    numbered: (number: number) => `number ${number}`,
    announced: 'begins in a moment',
    progress: (done: number, total: number) => `${done} of ${total} encrypted anew`,
    blocked: (count: number | undefined) =>
      count === undefined ? 'rows do not decrypt' : `${rows(count)} not decrypt`,
    finished: (time: string) => `replaced ${time}`,
    first: 'the first',
    none: 'There are no projects yet.',
    replace: (name: string) => `Replace the key of ${name}`,
    replaceTitle: (name: string) => `Replace the key of ${name}?`,
    replaceHint:
      'Everything under it is encrypted anew, with its history. Once that is done the old key is destroyed, so that a copy of it opens nothing that is on this server. Backups from before still open with what is in them.',
    verb: 'Replace the key',
    blockedHint:
      'Everything else is under the new key already. The old one is kept for the rows below, which do not decrypt. Once they are mended, written anew or deleted, going on destroys it.',
    goOn: 'Go on',
    replaceAll: 'Replace all',
    replaceAllTitle: 'Replace the keys of all organizations and projects?',
    replaceAllHint:
      'One after the other, in the background. Those that are being replaced already are left as they are.',
    giveUp: (name: string) => `Give up the damaged rows of ${name}`,
    giveUpTitle: (name: string) => `Give up the damaged rows of ${name}?`,
    giveUpHint:
      'The old key is destroyed, and nothing opens these rows any more, not even when they are mended. A backup from before opens them with what is in it.',
    giveUpVerb: 'Give them up',
    row: (table: string, id: string, version: number) => `${table} ${id}, version ${version}`,
    moreRows: (count: number) => `and ${count} more`,
  },
} as const
