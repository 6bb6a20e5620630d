import { Search } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { useLocation } from 'wouter'

import { useSession } from '~/api/session'
import { paths } from '~/lib/paths'
import { isShortcut, pairs } from '~/lib/shortcuts'
import { text } from '~/lib/text'
import styles from './commands.module.css'
import { show, useCommandState } from './store'

const Palette = lazy(() => import('./palette'))
const ShortcutsSheet = lazy(() => import('./shortcuts-sheet'))
const ValueSearchDialog = lazy(() => import('./value-search-dialog'))

/** The palette, the sheet of keys, and the keys that work on every page. */
export function Commands({ project }: { project: string | undefined }) {
  const { overlay } = useCommandState()
  useKeys(project)
  const close = () => show(undefined)
  return (
    <Suspense fallback={null}>
      {overlay?.what === 'palette' && <Palette project={project} typed={overlay.typed} onClose={close} />}
      {overlay?.what === 'value' && <ValueSearchDialog project={project} onClose={close} />}
      {overlay?.what === 'shortcuts' && <ShortcutsSheet onClose={close} />}
    </Suspense>
  )
}

/** The button that opens the palette, for those who do not know its key. */
export function SearchButton({ onOpened }: { onOpened: () => void }) {
  return (
    <button
      type="button"
      className={styles.search}
      aria-keyshortcuts="Control+K Meta+K"
      onClick={() => {
        onOpened()
        show({ what: 'palette', typed: '' })
      }}
    >
      <Search size={15} />
      {text.palette.open}
      <kbd>{text.palette.key}</kbd>
    </button>
  )
}

function useKeys(project: string | undefined) {
  const { organizationId } = useSession()
  const [, navigate] = useLocation()
  const second = useRef(pairs('g'))
  useEffect(() => {
    const pages: Record<string, string | undefined> = {
      p: paths.overview(organizationId),
      s: project && paths.secrets(project),
      h: project && paths.history(project),
      a: project ? paths.projectAccess(project) : paths.organizationAccess(organizationId),
      l: paths.auditLogs(organizationId),
    }
    const pressed = (event: KeyboardEvent) => {
      if (isPaletteKey(event)) {
        event.preventDefault()
        show({ what: 'palette', typed: '' })
        return
      }
      if (!isShortcut(event)) return
      const page = pages[second.current(event.key) ?? '']
      if (event.key === '?') show({ what: 'shortcuts' })
      else if (page) navigate(page)
      else return
      event.preventDefault()
      // The grid must not take the letter for one of its own.
      event.stopPropagation()
    }
    document.addEventListener('keydown', pressed, { capture: true })
    return () => document.removeEventListener('keydown', pressed, { capture: true })
  }, [project, organizationId, navigate])
}

/** A dialog that is open keeps what it is about. */
const isPaletteKey = (event: KeyboardEvent) =>
  event.key.toLowerCase() === 'k' &&
  (event.ctrlKey || event.metaKey) &&
  !event.altKey &&
  !event.shiftKey &&
  document.querySelector('dialog[open]') === null
