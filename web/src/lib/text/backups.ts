/** What the dashboard says about backups. */
export const backups = {
  backups: {
    hint: (every: string, kept: number) =>
      `This server makes one every ${every}, restores it on trial at once, and keeps the last ${kept}. They are encrypted: only the root key opens them, so keep a copy of it elsewhere.`,
    none: 'This server makes no backups.',
    noneHint:
      'Start it with --backup-dir and a folder, best on another disk. It then makes a backup every day and restores it on trial. Or run tacit backup yourself.',
    nothing: 'No backup was made yet.',
    make: 'Back up now',
    making: 'Backing up and restoring on trial',
    check: (name: string) => `Restore ${name} on trial`,
    download: (name: string) => `Download ${name}`,
    last: 'Last backup',
    never: 'none yet',
    size: 'Size',
    lastChecked: 'Last restore check',
    list: 'Backups',
    head: ['Made', 'Server', 'Size', 'Rows', 'Restore check', ''],
    failed: (why: string) => `Not made: ${why}`,
    writing: 'being written',
    removed: 'removed since',
    passed: 'passed',
    checkFailed: 'failed',
    notChecked: 'not checked',
    made: 'The backup was made and can be restored.',
    checked: 'The backup can be restored.',
    bytes: ['bytes', 'KB', 'MB', 'GB', 'TB'],
  },
} as const
