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
