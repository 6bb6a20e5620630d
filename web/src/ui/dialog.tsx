import { X } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react'

import { classNames } from '~/lib/class-names'
import { IconButton } from './button'
import styles from './dialog.module.css'

type DialogProps = {
  title: string
  /** Said under the title: what this is for, or what it grants. */
  hint?: ReactNode
  onClose: () => void
  /** While set, Escape, a click outside and the Back button do nothing, and there is no close button. */
  guarded?: boolean
  shape?: 'box' | 'wide' | 'sheet'
  /** Makes the dialog a form: called when it is sent. */
  onSubmit?: (form: FormData) => void
  footer?: ReactNode
  children: ReactNode
}

/** A modal dialog on the platform's own `<dialog>`, which traps the focus and gives it back. */
export function Dialog(props: DialogProps) {
  const { title, hint, onClose, guarded = false, shape = 'box', onSubmit, footer, children } = props
  const titleId = useId()
  const element = useRef<HTMLDialogElement>(null)

  useLayoutEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    // By itself the browser would choose the close button.
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => dialog?.close()
  }, [])
  useKeptInHistory(guarded)

  const refuseOrClose = (event: { preventDefault: () => void }) => {
    event.preventDefault()
    if (!guarded) onClose()
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onSubmit?.(new FormData(event.currentTarget))
  }
  const inside = (
    <>
      <header className={styles.header}>
        <div>
          <h2 id={titleId}>{title}</h2>
          {hint && <p className={styles.hint}>{hint}</p>}
        </div>
        {!guarded && <IconButton label="Close" icon={<X size={16} />} onClick={onClose} />}
      </header>
      <div className={styles.body}>{children}</div>
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </>
  )

  return (
    <dialog
      ref={element}
      className={classNames(styles.dialog, styles[shape])}
      aria-labelledby={titleId}
      onCancel={refuseOrClose}
      onKeyDown={(event) => {
        // Browsers let a second Escape through whatever `cancel` says, so the key itself is taken.
        if (event.key === 'Escape' && !event.defaultPrevented) {
          event.stopPropagation()
          refuseOrClose(event)
        }
      }}
    >
      {onSubmit ? (
        <form className={styles.inside} onSubmit={submit} noValidate={false}>
          {inside}
        </form>
      ) : (
        <div className={styles.inside}>{inside}</div>
      )}
    </dialog>
  )
}

/** While `kept` is set, the Back button stays on this page and a reload asks first. */
function useKeptInHistory(kept: boolean) {
  useEffect(() => {
    if (!kept) return
    const stay = () => history.pushState(history.state, '', location.href)
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    stay()
    window.addEventListener('popstate', stay)
    window.addEventListener('beforeunload', ask)
    return () => {
      window.removeEventListener('popstate', stay)
      window.removeEventListener('beforeunload', ask)
    }
  }, [kept])
}
