import { useEffect, useSyncExternalStore } from 'react'

import type { Command } from '~/lib/commands'

/** What is open over the page: the palette with what is typed in it, the search by value, or the sheet of keys. */
export type Overlay = { what: 'palette'; typed: string } | { what: 'value' } | { what: 'shortcuts' }

type State = { overlay: Overlay | undefined; page: Command[] }

let state: State = { overlay: undefined, page: [] }
const listeners = new Set<() => void>()

function set(next: Partial<State>) {
  state = { ...state, ...next }
  for (const listener of listeners) listener()
}

/** Opens something over the page, or closes it. */
export const show = (overlay: Overlay | undefined) => set({ overlay })

/** What is open, and the commands of the page beneath. */
export const useCommandState = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )

/** Puts commands of a page into the palette for as long as the page is there. */
export function usePageCommands(commands: Command[]) {
  useEffect(() => {
    // Not through `set`: nobody who draws depends on it while the palette is closed.
    state = { ...state, page: commands }
  })
  useEffect(() => () => set({ page: [] }), [])
}
