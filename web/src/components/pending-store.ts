import { useCallback, useSyncExternalStore } from 'react'

import { type Action, NOTHING_PENDING, type Pending, pendingReducer } from '~/lib/pending'

/** Changes that are not committed, by project: in memory only, kept while one looks at other pages. */
const projects = new Map<string, Pending>()
const listeners = new Set<() => void>()

const pendingOf = (project: string) => projects.get(project) ?? NOTHING_PENDING

function change(project: string, action: Action) {
  projects.set(project, pendingReducer(pendingOf(project), action))
  for (const listener of listeners) listener()
}

const isAnythingPending = () => [...projects.values()].some((pending) => pending.changes.size > 0)

// Closing or reloading the tab would lose them, so the browser asks first.
window.addEventListener('beforeunload', (event) => {
  if (isAnythingPending()) event.preventDefault()
})

/** The changes of a project, and the way to change them. */
export function usePending(project: string): [Pending, (action: Action) => void] {
  const pending = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => pendingOf(project),
  )
  const dispatch = useCallback((action: Action) => change(project, action), [project])
  return [pending, dispatch]
}

/** Whether leaving loses nothing, or the person says that it may. */
export const mayLosePending = (question: string) => !isAnythingPending() || window.confirm(question)

/** Forgets everything, when somebody signs out. */
export function forgetPending() {
  projects.clear()
  for (const listener of listeners) listener()
}
