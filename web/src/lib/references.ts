/** What a reference in a value names; without an environment it is a secret of the same folder. */
export type Reference = {
  /** As it is written, from `${` to `}`. */
  text: string
  environment: string | undefined
  folder: string
  key: string
}

const REFERENCE = /\$\{([\p{Alphabetic}\p{N}._-]+)\}/gu
const NAME = /^[\p{Alphabetic}\p{N}_-]+$/u

/** The references in a value, in their order. Everything else is text, as the server sees it too. */
export function referencesOf(value: string): Reference[] {
  return [...value.matchAll(REFERENCE)].flatMap(([text, inner = '']) => {
    const parts = inner.split('.')
    const key = parts.pop() ?? ''
    const [environment, ...folders] = parts
    if (!key || parts.some((part) => !part)) return []
    return [{ text, environment, folder: `/${folders.join('/')}`, key }]
  })
}

/** A value cut at its references, which are parts of their own. Together the parts are the value. */
export const referencesSplit = (value: string) => value.split(/(\$\{[\p{Alphabetic}\p{N}._-]+\})/u)

/** Whether a reference can name this key. */
export const canBeNamed = (key: string) => NAME.test(key)

/** A reference that is being typed: where its inside begins, and what there is of it up to the caret. */
export type Typed = { from: number; inner: string }

/** The reference that the caret is in, if it has none of its end yet. */
export function typedReference(value: string, caret: number): Typed | undefined {
  const found = /\$\{([\p{Alphabetic}\p{N}._-]*)$/u.exec(value.slice(0, caret))
  if (found?.[1] === undefined) return undefined
  // Past the caret the rest of a reference that is there already.
  if (/^[\p{Alphabetic}\p{N}._-]*\}/u.test(value.slice(caret)) && found[1] !== '') return undefined
  return { from: caret - found[1].length, inner: found[1] }
}

/** The folder whose names a typed reference needs, once it has an environment. */
export function placeOf(
  inner: string,
  environments: string[],
): { environment: string; folder: string } | undefined {
  const [environment, ...rest] = inner.split('.')
  if (!environment || !rest.length || !environments.includes(environment)) return undefined
  return { environment, folder: `/${rest.slice(0, -1).join('/')}` }
}

export type Suggestion = {
  kind: 'key' | 'environment' | 'folder'
  /** What takes the place of what was typed. A key is the end of the reference, the others go on. */
  insert: string
  label: string
}

/** The names to choose from. */
export type Names = {
  /** Keys of the folder that the value is in. */
  here: string[]
  environments: string[]
  /** What is in the folder that was typed, once it is known. */
  there?: { keys: string[]; folders: string[] } | undefined
}

/** More would be no help: one types on. */
const SUGGESTIONS_MAX = 50

/** What could be meant: keys here, then environments; after an environment its keys, then its folders. */
export function suggestionsFor(inner: string, names: Names): Suggestion[] {
  const place = placeOf(inner, names.environments)
  const typed = inner.slice(inner.lastIndexOf('.') + 1).toLowerCase()
  const before = inner.slice(0, inner.lastIndexOf('.') + 1)
  const matching = (list: string[]) => {
    const fitting = list.filter((name) => canBeNamed(name) && name.toLowerCase().includes(typed))
    const starts = (name: string) => name.toLowerCase().startsWith(typed)
    return [...fitting.filter(starts), ...fitting.filter((name) => !starts(name))]
  }
  const keys = (list: string[]) =>
    matching(list).map((name): Suggestion => ({ kind: 'key', insert: `${before}${name}}`, label: name }))
  const further = (list: string[], kind: 'environment' | 'folder') =>
    matching(list).map((name): Suggestion => ({ kind, insert: `${before}${name}.`, label: `${name}.` }))
  const all = place
    ? [...keys(names.there?.keys ?? []), ...further(names.there?.folders ?? [], 'folder')]
    : before
      ? []
      : [...keys(names.here), ...further(names.environments, 'environment')]
  return all.slice(0, SUGGESTIONS_MAX)
}

/** Whether a secret is there; undefined where that is not known. */
export type Knows = (environment: string, folder: string, key: string) => boolean | undefined

/** A value and the folder it is in. */
export type Written = { environment: string; folder: string; value: string }

/** The references of a value that lead to nothing, as they are written. */
export function unresolvedOf({ environment, folder, value }: Written, knows: Knows): string[] {
  const isLost = (one: Reference) =>
    knows(one.environment ?? environment, one.environment ? one.folder : folder, one.key) === false
  return [
    ...new Set(
      referencesOf(value)
        .filter(isLost)
        .map((one) => one.text),
    ),
  ]
}

/** The folders that have to be known to say of values which of their references lead to nothing. */
export function foldersOf(values: Written[]): string[] {
  const folders = values.flatMap(({ folder, value }) =>
    referencesOf(value).map((one) => (one.environment ? one.folder : folder)),
  )
  return [...new Set(folders)].sort()
}

/** The value with a suggestion in place of what was typed up to the caret, and where the caret is then. */
export function completed(value: string, caret: number, { from }: Typed, { insert }: Suggestion) {
  const after = value.slice(caret)
  // The end of the reference may be there already.
  const rest = insert.endsWith('}') && after.startsWith('}') ? after.slice(1) : after
  return { value: `${value.slice(0, from)}${insert}${rest}`, caret: from + insert.length }
}
