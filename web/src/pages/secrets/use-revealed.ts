import { errorText } from '~/api/client'
import { revealOne } from '~/api/grid'
import { copyAndSay } from '~/components/hidden-value'
import { type CellPlace, cellKey } from '~/lib/pending'
import { useShown } from '~/lib/use-shown'
import { toast } from '~/ui/toast'

/** Values of cells that are shown at the moment, and copying values without showing them. */
export function useRevealed(project: string) {
  const { shown: revealed, show, hide, hideAll } = useShown()

  /** Shows the value of a cell or hides it. An imported one is read where it comes from. */
  const toggle = async (place: CellPlace, origin = place) => {
    const key = cellKey(place)
    if (revealed.has(key)) return hide(key)
    try {
      show(key, await revealOne(project, origin))
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
  }
  const copy = async (place: CellPlace, said = place.key) => {
    try {
      await copyAndSay(await revealOne(project, place), said)
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
  }
  return { revealed, toggle, copy, hideAll }
}
