import type { Imported } from './grid-model'
import type { Origin } from './imports'
import type { Cell, Row } from './matrix'
import { type Change, cellKey } from './pending'

/** How a key stands in two environments. `unknown`: it is in both, and one of the values may not be read. */
export type CompareState = 'left-only' | 'right-only' | 'different' | 'same' | 'unknown'

export type CompareLine = {
  key: string
  left: Cell | undefined
  right: Cell | undefined
  state: CompareState
  /** Where the side that does not have it itself imports it from. */
  origin: Origin | undefined
  /** A change of it is pending in one of the two, which the state does not show yet. */
  isPending: boolean
}

/** The keys of a folder that one of two environments has, with what is known of them without their values. */
export function compareLines(
  rows: Row[],
  folder: string,
  [left, right]: [string, string],
  changes: ReadonlyMap<string, Change>,
  imported: Imported = {},
): CompareLine[] {
  const isPending = (key: string) =>
    [left, right].some((environment) => changes.has(cellKey({ environment, folder, key })))
  return rows.flatMap(({ key, cells }) => {
    const state = stateOf(cells[left], cells[right], [left, right])
    if (!state) return []
    const lacking = state === 'left-only' ? right : state === 'right-only' ? left : ''
    const origin = imported[lacking]?.get(key)
    return [{ key, left: cells[left], right: cells[right], state, origin, isPending: isPending(key) }]
  })
}

function stateOf(
  left: Cell | undefined,
  right: Cell | undefined,
  [leftSlug, rightSlug]: [string, string],
): CompareState | undefined {
  if (!left && !right) return undefined
  if (!right) return 'left-only'
  if (!left) return 'right-only'
  if (!left.mayRead || !right.mayRead) return 'unknown'
  // The server names of equal values the first environment that has it.
  return (left.sameAs ?? leftSlug) === (right.sameAs ?? rightSlug) ? 'same' : 'different'
}

/** How many lines there are in each state. */
export function countStates(lines: CompareLine[]): Record<CompareState, number> {
  const counts = { 'left-only': 0, 'right-only': 0, different: 0, same: 0, unknown: 0 }
  for (const { state } of lines) counts[state] += 1
  return counts
}

/**
 * The keys that are only on one side and can be copied to the other: readable there, and neither imported nor pending
 * on the other.
 */
export const copyable = (lines: CompareLine[], from: 'left' | 'right') =>
  lines.filter(
    (line) => line.state === `${from}-only` && line[from]?.mayRead && !line.isPending && !line.origin,
  )
