import { useEffect } from 'react'

import { lettersAreOn } from '~/lib/shortcuts'

type PageKeysProps = {
  onFilter: () => void
  onNew: () => void
  onReview: () => void
  onUndo: () => void
  onRedo: () => void
  /** To the environment before or after this one. */
  onEnvironment: (step: -1 | 1) => void
}

/** The keys of the whole page. Letters work only where nobody types, and Ctrl+Z in a field undoes its own typing. */
export function PageKeys(props: PageKeysProps) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (target.closest('dialog')) return
      const typing = Boolean(target.closest('input:not([type=checkbox]), textarea, select'))
      const run = commandOf(event, typing, props)
      if (!run) return
      event.preventDefault()
      run()
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  })
  return null
}

function commandOf(event: KeyboardEvent, typing: boolean, props: PageKeysProps): (() => void) | undefined {
  const key = event.key.toLowerCase()
  if (event.ctrlKey || event.metaKey) {
    if (key === 's') return props.onReview
    if (typing) return undefined
    if (key === 'enter') return props.onReview
    if (key === 'f') return props.onFilter
    if (key === 'z') return event.shiftKey ? props.onRedo : props.onUndo
    return undefined
  }
  if (typing || event.altKey || !lettersAreOn()) return undefined
  if (key === '/') return props.onFilter
  if (key === '[') return () => props.onEnvironment(-1)
  if (key === ']') return () => props.onEnvironment(1)
  return key === 'n' ? props.onNew : undefined
}
