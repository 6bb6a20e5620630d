import { type Change, cellKey } from './pending'

type Changes = ReadonlyMap<string, Change>
/** A folder and the environments in which something was done to it. */
export type FolderChange = { folder: string; environments: string[] }

const isIn = (change: Change, { folder, environments }: FolderChange) =>
  environments.includes(change.environment) &&
  (change.folder === folder || change.folder.startsWith(`${folder}/`))

/** What is pending in a folder and below it. */
export const pendingIn = (changes: Changes, where: FolderChange) =>
  [...changes.values()].filter((one) => isIn(one, where))

/** The changes after their folder got another path: they go on to it. */
export function withMoved(changes: Changes, where: FolderChange, to: string): Changes {
  return new Map(
    [...changes.values()].map((change) => {
      const after = isIn(change, where)
        ? { ...change, folder: to + change.folder.slice(where.folder.length) }
        : change
      return [cellKey(after), after]
    }),
  )
}

/** The changes without those of a folder that is gone. */
export const withoutFolder = (changes: Changes, where: FolderChange): Changes =>
  new Map([...changes].filter(([, change]) => !isIn(change, where)))
