import { useCallback, useEffect, useRef, useState } from 'react'

/** How long a value stays revealed, in milliseconds. */
const SHOWN_TIME = 30_000

/**
 * Values that are shown at the moment, by whatever names them. Each goes back under its mask by itself, all of them
 * when the tab is hidden or what shows them is gone.
 */
export function useShown<T = string>() {
  const [shown, setShown] = useState<ReadonlyMap<string, T>>(new Map())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())

  const hide = useCallback((key: string) => {
    clearTimeout(timers.current.get(key))
    timers.current.delete(key)
    setShown((before) => new Map([...before].filter(([one]) => one !== key)))
  }, [])
  const hideAll = useCallback(() => {
    for (const timer of timers.current.values()) clearTimeout(timer)
    timers.current.clear()
    setShown(new Map())
  }, [])
  const show = useCallback(
    (key: string, value: T) => {
      clearTimeout(timers.current.get(key))
      timers.current.set(
        key,
        setTimeout(() => hide(key), SHOWN_TIME),
      )
      setShown((before) => new Map(before).set(key, value))
    },
    [hide],
  )

  useEffect(() => {
    const hidden = () => document.hidden && hideAll()
    document.addEventListener('visibilitychange', hidden)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      hideAll()
    }
  }, [hideAll])
  return { shown, show, hide, hideAll }
}
