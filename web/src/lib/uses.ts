import { type CellPlace, type Change, cellKey } from './pending'

/** The secrets that refer to one secret. */
export type Uses = { places: CellPlace[]; isComplete: boolean }

/** The secrets whose references break when the changes are committed: those that are deleted or get another name. */
export const breaking = (changes: ReadonlyMap<string, Change>): CellPlace[] =>
  [...changes.values()]
    .filter((one) => one.baseVersion > 0 && (one.kind === 'delete' || isRenamed(one)))
    .map(({ environment, folder, key }) => ({ environment, folder, key }))

/** Whether a change gives a secret another name. */
export const isRenamed = ({ newKey, key }: Change) => newKey !== undefined && newKey !== key

/** The uses that are left once the changes are committed: what is deleted as well refers to nothing any more. */
export function usesLeft(uses: Uses | undefined, changes: ReadonlyMap<string, Change>): Uses | undefined {
  if (!uses) return undefined
  const places = uses.places.filter((place) => changes.get(cellKey(place))?.kind !== 'delete')
  return places.length || !uses.isComplete ? { ...uses, places } : undefined
}
