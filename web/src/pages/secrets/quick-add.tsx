import { Plus } from 'lucide-react'
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useRef, useState } from 'react'

import type { Environment } from '~/api/projects'
import { ReferenceField, type ReferencePlace } from '~/components/reference-field'
import { isSecretName, splitAssignment } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import styles from './quick-add.module.css'

type QuickAddProps = {
  environments: Environment[]
  /** Where the values go, for their references. */
  place: Omit<ReferencePlace, 'environment'>
  autoCapitalization: boolean
  keyField: RefObject<HTMLInputElement | null>
  /** Environments in which a key is there already. */
  whereSet: (key: string) => string[]
  onAdd: (key: string, value: string, environments: string[]) => void
  onImport: (text: string) => void
  onReview: () => void
}

/** The line on top of the grid that adds a secret: type or paste, Enter, and it is among the pending changes. */
export function QuickAdd({
  environments,
  place,
  autoCapitalization,
  keyField,
  whereSet,
  onAdd,
  onImport,
  onReview,
}: QuickAddProps) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [error, setError] = useState('')
  const valueField = useRef<HTMLTextAreaElement>(null)
  const chosen = environments.map((one) => one.slug).filter((slug) => !left.has(slug))
  const present = key ? whereSet(key).filter((slug) => chosen.includes(slug)) : []

  const typeKey = (typed: string) => setKey(autoCapitalization ? typed.toUpperCase() : typed)
  const add = () => {
    if (!key && !value) return false
    if (!isSecretName(key)) setError(text.quickAdd.badName)
    else if (!chosen.length) setError(text.quickAdd.chooseOne)
    else {
      onAdd(key, value, chosen)
      setKey('')
      setValue('')
      setError('')
      keyField.current?.focus()
      return true
    }
    return false
  }
  const paste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData('text')
    const lines = pasted.trim().split(/\r?\n/)
    const assignment = splitAssignment(pasted)
    if (lines.length > 1) {
      event.preventDefault()
      onImport(pasted)
    } else if (assignment) {
      event.preventDefault()
      typeKey(assignment.key)
      setValue(assignment.value.trim())
      valueField.current?.focus()
    }
  }
  const enter = (event: KeyboardEvent, next: () => void) => {
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    if (event.ctrlKey || event.metaKey) {
      if (add()) onReview()
    } else next()
  }
  return (
    <section className={styles.add} aria-label={text.quickAdd.label}>
      <div className={styles.fields}>
        <input
          ref={keyField}
          className={styles.key}
          aria-label={text.quickAdd.key}
          aria-invalid={error ? true : undefined}
          aria-describedby="quick-add-help"
          placeholder={text.quickAdd.keyPlaceholder}
          spellCheck={false}
          autoComplete="off"
          value={key}
          onPaste={paste}
          onChange={(event) => typeKey(event.target.value)}
          onKeyDown={(event) => enter(event, () => valueField.current?.focus())}
        />
        <ReferenceField
          field={valueField}
          place={{ ...place, environment: chosen[0] ?? '', key }}
          rows={Math.min(6, value.split('\n').length)}
          className={styles.value}
          aria-label={text.quickAdd.value}
          placeholder={text.quickAdd.valuePlaceholder}
          spellCheck={false}
          autoComplete="off"
          value={value}
          onChange={(event) => setValue(event.target.value)}
          onKeyDown={(event) => enter(event, add)}
        />
        <Button icon={<Plus size={15} />} onClick={add}>
          {text.quickAdd.add}
        </Button>
      </div>
      <div className={styles.below}>
        {environments.length > 1 && (
          <fieldset className={styles.environments}>
            <legend className="visually-hidden">{text.quickAdd.to}</legend>
            {environments.map((one) => (
              <label key={one.slug}>
                <input
                  type="checkbox"
                  checked={!left.has(one.slug)}
                  onChange={(event) => {
                    const after = new Set(left)
                    if (event.target.checked) after.delete(one.slug)
                    else after.add(one.slug)
                    setLeft(after)
                  }}
                />
                {one.name}
              </label>
            ))}
          </fieldset>
        )}
        <p id="quick-add-help" className={error ? styles.error : styles.hint} aria-live="polite">
          {error || (present.length > 0 && text.quickAdd.exists(key, present.join(', ')))}
        </p>
      </div>
    </section>
  )
}
