import type { Cell } from './matrix'
import { text } from './text'

/**
 * What is known of a value without showing it, in words. Where the person has a value of their own, the one that is
 * shown is said to be the shared one, so that nobody takes one for the other.
 */
export function cellFacts(cell: Cell, sameAs: string | undefined, isShown: boolean): string[] {
  const words = text.grid
  return [
    cell.hasOverride && isShown && words.sharedValue,
    cell.isDamaged && words.damaged,
    !cell.mayRead && words.mayNotRead,
    cell.isReference && words.reference,
    cell.isMultiline && words.multiline,
    sameAs && words.same(sameAs),
  ].filter((fact): fact is string => Boolean(fact))
}
