import { useCallback, useEffect, useRef, useState } from 'react'

import { errorText } from '~/api/client'
import { revealedValue, revealValues } from '~/api/grid'
import { copySecret } from '~/lib/clipboard'
import { type CellPlace, cellKey } from '~/lib/pending'
import { text } from '~/lib/text'
import { toast } from '~/ui/toast'

/** How long a value stays revealed, in milliseconds. */
const REVEALED_TIME = 30_000

/** Values that are shown at the moment. Each goes back under its mask by itself, all of them when the tab is hidden. */
export function useRevealed(project: string) {
  const [revealed, setRevealed] = useState<ReadonlyMap<string, string>>(new Map())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())

  const hide = useCallback((key: string) => {
    clearTimeout(timers.current.get(key))
    timers.current.delete(key)
    setRevealed((before) => new Map([...before].filter(([one]) => one !== key)))
  }, [])
  const hideAll = useCallback(() => {
    for (const timer of timers.current.values()) clearTimeout(timer)
    timers.current.clear()
    setRevealed(new Map())
  }, [])

  useEffect(() => {
    const hidden = () => document.hidden && hideAll()
    document.addEventListener('visibilitychange', hidden)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      hideAll()
    }
  }, [hideAll])

  const toggle = async (place: CellPlace) => {
    const key = cellKey(place)
    if (revealed.has(key)) return hide(key)
    try {
      const value = revealedValue((await revealValues(project, [place]))[0])
      if (value === undefined) return refused()
      setRevealed((before) => new Map(before).set(key, value))
      timers.current.set(
        key,
        setTimeout(() => hide(key), REVEALED_TIME),
      )
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
  }
  const copy = async (place: CellPlace) => {
    try {
      const value = revealedValue((await revealValues(project, [place]))[0])
      if (value === undefined) return refused()
      if (await copySecret(value)) toast(text.grid.copied(place.key))
      else toast(text.grid.copyFailed, { tone: 'danger' })
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
  }
  return { revealed, toggle, copy, hideAll }
}

const refused = () => toast(text.grid.mayNotReveal, { tone: 'danger' })
