import { useLayoutEffect, useRef, useState } from 'react'

import { ReferenceField, type ReferencePlace } from '~/components/reference-field'
import { useUnresolved } from '~/components/use-unresolved'
import type { Change } from '~/lib/pending'
import { text } from '~/lib/text'
import styles from './grid.module.css'

const LOST_ID = 'cell-editor-lost'

/** A longer value is scrolled inside the field. */
const HEIGHT_MAX = 240

/**
 * The field over a cell. Enter keeps what was typed, Shift+Enter makes a new line, Tab goes on to the next cell and
 * Escape leaves the cell as it was. A masked value starts empty and is replaced only if something is typed.
 */
export function CellEditor({
  label,
  place,
  changes,
  start,
  isSet,
  hint,
  onSave,
  onCancel,
}: {
  label: string
  /** Where the value is, for its references. */
  place: ReferencePlace
  changes: ReadonlyMap<string, Change>
  start: string
  isSet: boolean
  /** Said in the empty field, where there is more to say than usual. */
  hint: string | undefined
  onSave: (value: string, move: -1 | 0 | 1) => void
  onCancel: () => void
}) {
  const field = useRef<HTMLTextAreaElement>(null)
  const ended = useRef(false)
  const [typed, setTyped] = useState(start)
  const { environment, folder } = place
  const written = new Map([['', { environment, folder, value: typed }]])
  const lost = useUnresolved(place.project, written, changes).get('')
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
    <div className={styles.editing}>
      <ReferenceField
        field={field}
        place={place}
        rows={1}
        className={styles.editor}
        aria-label={label}
        placeholder={hint ?? (isSet && !start ? text.grid.keepCurrent : text.grid.value)}
        defaultValue={start}
        spellCheck={false}
        autoComplete="off"
        aria-describedby={lost ? LOST_ID : undefined}
        onInput={(event) => {
          grow(field.current)
          setTyped(event.currentTarget.value)
        }}
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
      {lost && (
        <p id={LOST_ID} className={styles.lostNote}>
          {text.references.lost(lost.join(', '))}
        </p>
      )}
    </div>
  )
}

function grow(field: HTMLTextAreaElement | null) {
  if (!field) return
  field.style.height = 'auto'
  field.style.height = `${Math.min(field.scrollHeight + 2, HEIGHT_MAX)}px`
}
