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
      pkcs11: 'wrapped by a PKCS#11 token',
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
      'Each project has its own. Replacing one encrypts all its values anew, in the background, while people go on working.',
    project: 'Project',
    organization: 'Organization',
    number: 'Key',
    state: 'State',
    numbered: (number: number) => `number ${number}`,
    announced: 'begins in a moment',
    progress: (done: number, total: number) => `${done} of ${total} encrypted anew`,
    finished: (time: string) => `replaced ${time}`,
    first: 'the first',
    none: 'There are no projects yet.',
    replace: (name: string) => `Replace the key of ${name}`,
    replaceTitle: (name: string) => `Replace the key of ${name}?`,
    replaceHint:
      'All its values and their history are encrypted anew. Once that is done the old key is destroyed, so that a copy of it opens nothing that is on this server. Backups from before still open with what is in them.',
    verb: 'Replace the key',
  },
} as const
