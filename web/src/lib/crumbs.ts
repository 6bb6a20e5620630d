/** A folder on the way to where one is. */
export type Crumb = { name: string; path: string }

/** More than this many are not shown side by side. */
const SHOWN_MAX = 4

/** The folders on a path, from the outermost on. */
export function crumbs(folder: string): Crumb[] {
  const names = folder.split('/').filter(Boolean)
  return names.map((name, at) => ({ name, path: `/${names.slice(0, at + 1).join('/')}` }))
}

/** What a line has room for: the outermost folder, those left out, and the innermost ones. */
export function shortened(all: Crumb[]): { first: Crumb[]; hidden: Crumb[]; last: Crumb[] } {
  if (all.length <= SHOWN_MAX) return { first: [], hidden: [], last: all }
  return { first: all.slice(0, 1), hidden: all.slice(1, -2), last: all.slice(-2) }
}
