import { useLayoutEffect, useRef } from 'react'

import { text } from '~/lib/text'
import styles from './grid.module.css'

/** A longer value is scrolled inside the field. */
const HEIGHT_MAX = 240

/**
 * The field over a cell. Enter keeps what was typed, Shift+Enter makes a new line, Tab goes on to the next cell and
 * Escape leaves the cell as it was. A masked value starts empty and is replaced only if something is typed.
 */
export function CellEditor({
  label,
  start,
  isSet,
  onSave,
  onCancel,
}: {
  label: string
  start: string
  isSet: boolean
  onSave: (value: string, move: -1 | 0 | 1) => void
  onCancel: () => void
}) {
  const field = useRef<HTMLTextAreaElement>(null)
  const ended = useRef(false)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.select()
    grow(field.current)
  }, [])

  const end = (move: -1 | 0 | 1) => {
    if (ended.current) return
    ended.current = true
    const value = field.current?.value ?? ''
    if (value === start && (isSet || value === '')) onCancel()
    else onSave(value, move)
  }
  return (
    <textarea
      ref={field}
      rows={1}
      className={styles.editor}
      aria-label={label}
      placeholder={isSet && !start ? text.grid.keepCurrent : text.grid.value}
      defaultValue={start}
      spellCheck={false}
      autoComplete="off"
      onInput={() => grow(field.current)}
      onBlur={() => end(0)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') {
          ended.current = true
          onCancel()
        } else if (event.key === 'Enter' && !event.shiftKey) {
          event.preventDefault()
          end(0)
        } else if (event.key === 'Tab') {
          event.preventDefault()
          end(event.shiftKey ? -1 : 1)
        }
      }}
    />
  )
}

function grow(field: HTMLTextAreaElement | null) {
  if (!field) return
  field.style.height = 'auto'
  field.style.height = `${Math.min(field.scrollHeight + 2, HEIGHT_MAX)}px`
}
