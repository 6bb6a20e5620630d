import { type ComponentProps, type ReactNode, useId, useState } from 'react'

import { classNames } from '~/lib/class-names'
import styles from './field.module.css'

type Common = { label: string; hint?: ReactNode; error?: string | undefined }

function Frame({ id, label, hint, error, children }: Common & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {error ? (
        <p id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )
      )}
    </div>
  )
}

const tied = (id: string, { hint, error }: Common, autoFocus: boolean | undefined) => ({
  id,
  // For pages, and for dialogs, which open after React has put the focus.
  autoFocus,
  'data-autofocus': autoFocus || undefined,
  'aria-invalid': error ? true : undefined,
  'aria-describedby': error ? `${id}-error` : hint ? `${id}-hint` : undefined,
})

/** A labelled line of text, with its error tied to it. */
export function TextField({
  label,
  hint,
  error,
  className,
  autoFocus,
  ...rest
}: Common & ComponentProps<'input'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        autoComplete="off"
        spellCheck={false}
        className={classNames(styles.control, className)}
        {...tied(id, { label, hint, error }, autoFocus)}
        {...rest}
      />
    </Frame>
  )
}

/** A labelled choice, the platform's own. */
export function SelectField({
  label,
  hint,
  error,
  children,
  autoFocus,
  ...rest
}: Common & ComponentProps<'select'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select className={styles.control} {...tied(id, { label, hint, error }, autoFocus)} {...rest}>
        {children}
      </select>
    </Frame>
  )
}

/** Labelled text of several lines. */
export function TextArea({
  label,
  hint,
  error,
  className,
  autoFocus,
  ...rest
}: Common & ComponentProps<'textarea'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        spellCheck={false}
        className={classNames(styles.control, styles.area, className)}
        {...tied(id, { label, hint, error }, autoFocus)}
        {...rest}
      />
    </Frame>
  )
}

/** Several lines of fields that belong together, under one label. */
export function FieldGroup({ label, hint, error, children }: Common & { children: ReactNode }) {
  const id = useId()
  return (
    <fieldset className={styles.group} aria-describedby={error || hint ? `${id}-said` : undefined}>
      <legend>{label}</legend>
      {children}
      {(error || hint) && (
        <p
          id={`${id}-said`}
          className={error ? styles.error : styles.hint}
          role={error ? 'alert' : undefined}
        >
          {error || hint}
        </p>
      )}
    </fieldset>
  )
}

/** A tick box with its label to the right. */
export function CheckField({
  label,
  hint,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & ComponentProps<'input'>) {
  const id = useId()
  return (
    <div className={styles.check}>
      <input type="checkbox" id={id} aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

/** Optional settings that most people leave alone. `open` shows them, where one of them is wrong. */
export function Advanced({
  label = 'Advanced',
  open = false,
  children,
}: {
  label?: string
  open?: boolean
  children: ReactNode
}) {
  const [isOpen, setOpen] = useState(open)
  // It stays open when what was wrong is mended.
  if (open && !isOpen) setOpen(true)
  return (
    <details
      className={styles.advanced}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{label}</summary>
      <div>{children}</div>
    </details>
  )
}
