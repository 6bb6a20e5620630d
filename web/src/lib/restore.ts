import type { Fields } from './pending'

/** What an old version of a secret had beside its value. */
type Described = { secretComment: string; tags: { id: string }[] }

/**
 * The pending change that makes an old version the present one: its value, and comment and tags where they were others.
 * Tags that were deleted since cannot come back. The key stays: others may have come to rely on the new one.
 */
export function restoreFields(
  version: Described,
  value: string,
  present: { comment: string; tagIds: string[] },
  tagsThere: string[],
): Fields {
  const tagIds = version.tags.map((tag) => tag.id).filter((id) => tagsThere.includes(id))
  return {
    value,
    ...(version.secretComment === present.comment ? {} : { comment: version.secretComment }),
    ...(isSameSet(tagIds, present.tagIds) ? {} : { tagIds }),
  }
}

/** Whether two lists hold the same, in whatever order. */
export const isSameSet = (a: string[], b: string[]) =>
  a.length === b.length && a.every((one) => b.includes(one))

/** What a version is compared with: the one before it, or the present one. */
export type Base = 'before' | 'present'

/** Of versions, newest first, one and what it is compared with, the older first; undefined where there is no other. */
export function comparedWith<V>(all: V[], at: number, base: Base): [V, V] | undefined {
  const one = all[at]
  const other = base === 'before' ? all[at + 1] : all[0]
  if (one === undefined || other === undefined || one === other) return undefined
  return base === 'before' ? [other, one] : [one, other]
}
