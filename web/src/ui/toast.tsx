import { X } from 'lucide-react'
import { useEffect, useSyncExternalStore } from 'react'

import { Button, IconButton } from './button'
import { RefusalLine } from './refusal'
import styles from './toast.module.css'

/** How long a toast stays, in milliseconds; long enough to reach its button. */
const TOAST_TIME = 10_000
/** More at once would hide the page. */
const TOASTS_MAX = 3

type Toast = {
  id: number
  text: string
  tone: 'plain' | 'danger'
  action?: { label: string; run: () => void }
}

let toasts: Toast[] = []
let next = 1
const listeners = new Set<() => void>()

function set(list: Toast[]) {
  toasts = list.slice(-TOASTS_MAX)
  for (const listener of listeners) listener()
}

/** Tells something in the corner of the page, for 10 seconds, with at most one thing to do about it. */
export function toast(text: string, options: { tone?: 'plain' | 'danger'; action?: Toast['action'] } = {}) {
  const made: Toast = { id: next++, text, tone: options.tone ?? 'plain' }
  if (options.action) made.action = options.action
  set([...toasts, made])
}

const dismiss = (id: number) => set(toasts.filter((one) => one.id !== id))

/** The corner where toasts appear. It is read out politely. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div className={styles.corner} role="status" aria-live="polite">
      {shown.map((one) => (
        <ToastLine key={one.id} toast={one} />
      ))}
    </div>
  )
}

function ToastLine({ toast: { id, text, tone, action } }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), TOAST_TIME)
    return () => clearTimeout(timer)
  }, [id])
  return (
    <div className={`${styles.toast} ${styles[tone]}`}>
      <span>
        {text} <RefusalLine message={text} />
      </span>
      {action && (
        <Button
          look="quiet"
          onClick={() => {
            dismiss(id)
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" icon={<X size={14} />} onClick={() => dismiss(id)} />
    </div>
  )
}
