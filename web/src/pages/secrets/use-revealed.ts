import { errorText } from '~/api/client'
import { revealedValue, revealValues } from '~/api/grid'
import { copyAndSay } from '~/components/hidden-value'
import { type CellPlace, cellKey } from '~/lib/pending'
import { text } from '~/lib/text'
import { useShown } from '~/lib/use-shown'
import { toast } from '~/ui/toast'

/** Values of cells that are shown at the moment, and copying values without showing them. */
export function useRevealed(project: string) {
  const { shown: revealed, show, hide, hideAll } = useShown()

  const toggle = async (place: CellPlace) => {
    const key = cellKey(place)
    if (revealed.has(key)) return hide(key)
    try {
      const value = revealedValue((await revealValues(project, [place]))[0])
      if (value === undefined) return refused()
      show(key, value)
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
  }
  const copy = async (place: CellPlace) => {
    try {
      const value = revealedValue((await revealValues(project, [place]))[0])
      if (value === undefined) return refused()
      await copyAndSay(value, place.key)
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
  }
  return { revealed, toggle, copy, hideAll }
}

const refused = () => toast(text.grid.mayNotReveal, { tone: 'danger' })
