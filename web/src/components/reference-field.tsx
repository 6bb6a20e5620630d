import { useQuery } from '@tanstack/react-query'
import { FolderClosed, KeyRound, Layers } from 'lucide-react'
import {
  type ComponentProps,
  type KeyboardEvent,
  type RefObject,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'

import { matrixQuery } from '~/api/grid'
import { importsQuery } from '~/api/imports'
import { classNames } from '~/lib/class-names'
import { importedKeys } from '~/lib/imports'
import {
  completed,
  type Names,
  placeOf,
  type Suggestion,
  suggestionsFor,
  type Typed,
  typedReference,
} from '~/lib/references'
import { text } from '~/lib/text'
import { place as placeBelow } from '~/ui/menu'
import styles from './reference-field.module.css'

/** Where a value is, so that references in it can be completed. */
export type ReferencePlace = {
  project: string
  /** The environments of the project. */
  environments: string[]
  environment: string
  folder: string
  /** The secret itself, which refers to itself in no useful way. */
  key?: string | undefined
}

type FieldProps = Omit<ComponentProps<'textarea'>, 'ref'> & {
  field: RefObject<HTMLTextAreaElement | null>
  place: ReferencePlace
}

const ICONS = { key: KeyRound, environment: Layers, folder: FolderClosed } as const

/**
 * A field for a value. Typing `${` offers what can be referred to: arrow keys choose, Enter or Tab takes it, Escape
 * closes the list. It keeps the role of a field of several lines, which no combobox may be; the rest is that pattern.
 */
export function ReferenceField({ field, place, onKeyDown, onBlur, onInput, ...rest }: FieldProps) {
  const id = useId()
  const [typed, setTyped] = useState<Typed>()
  const [active, setActive] = useState(0)
  const names = useNames(place, typed)
  const all = typed ? suggestionsFor(typed.inner, names).filter((one) => one.insert !== `${place.key}}`) : []
  const isOpen = all.length > 0
  const chosen = Math.min(active, all.length - 1)
  const optionId = (at: number) => `${id}-${at}`

  const look = () => {
    const found = field.current && typedReference(field.current.value, field.current.selectionStart)
    setTyped(found ?? undefined)
    setActive(0)
  }
  const take = (suggestion: Suggestion | undefined) => {
    const element = field.current
    if (!element || !typed || !suggestion) return
    const { value, caret } = completed(element.value, element.selectionStart, typed, suggestion)
    element.setRangeText(value, 0, element.value.length)
    element.setSelectionRange(caret, caret)
    // React hears of it as of typing.
    element.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!isOpen || event.ctrlKey || event.metaKey || event.altKey) return onKeyDown?.(event)
    if (step) setActive((chosen + step + all.length) % all.length)
    else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) take(all[chosen])
    else if (event.key === 'Escape') setTyped(undefined)
    else return onKeyDown?.(event)
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <textarea
        {...rest}
        ref={field}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={isOpen ? id : undefined}
        aria-activedescendant={isOpen ? optionId(chosen) : undefined}
        onInput={(event) => {
          onInput?.(event)
          look()
        }}
        onClick={look}
        onBlur={(event) => {
          setTyped(undefined)
          onBlur?.(event)
        }}
        onKeyDown={pressed}
      />
      {isOpen && (
        <Suggestions id={id} field={field} all={all} chosen={chosen} optionId={optionId} onTake={take} />
      )}
      <span className="visually-hidden" role="status">
        {isOpen ? text.references.found(all.length) : ''}
      </span>
    </>
  )
}

function Suggestions(props: {
  id: string
  field: RefObject<HTMLTextAreaElement | null>
  all: Suggestion[]
  chosen: number
  optionId: (at: number) => string
  onTake: (suggestion: Suggestion) => void
}) {
  const { id, field, all, chosen, optionId } = props
  const list = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    list.current?.showPopover()
  }, [])
  // The list grows and shrinks with what is typed, and the field with its lines.
  useLayoutEffect(() => {
    if (list.current && field.current) placeBelow(list.current, field.current)
    document.getElementById(optionId(chosen))?.scrollIntoView({ block: 'nearest' })
  })
  return (
    // The focus stays in the field, which names the active option.
    <div
      ref={list}
      id={id}
      popover="manual"
      role="listbox"
      tabIndex={-1}
      aria-label={text.references.label}
      className={styles.list}
    >
      {all.map((one, at) => {
        const Icon = ICONS[one.kind]
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={one.insert}
            id={optionId(at)}
            role="option"
            tabIndex={-1}
            aria-selected={at === chosen}
            className={classNames(styles.option, at === chosen && styles.chosen)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => props.onTake(one)}
          >
            <Icon size={14} aria-hidden="true" />
            <code>{one.label}</code>
            <span>{text.references.kinds[one.kind]}</span>
          </div>
        )
      })}
    </div>
  )
}

/** The names that can be meant, asked for only once somebody types a reference. */
function useNames(place: ReferencePlace, typed: Typed | undefined): Names {
  const { project, environments, environment, folder, key } = place
  const target = typed && placeOf(typed.inner, environments)
  const here = useKeys(project, environment, folder, Boolean(typed))
  const there = useKeys(project, target?.environment ?? '', target?.folder ?? '', Boolean(target))
  return {
    here: here.keys.filter((name) => name !== key),
    environments,
    there: target ? there : undefined,
  }
}

/** The keys that a folder has or imports, and the folders in it. */
function useKeys(project: string, environment: string, folder: string, enabled: boolean) {
  const matrix = useQuery({ ...matrixQuery(project, folder), enabled }).data
  const imports = useQuery({ ...importsQuery(project, folder), enabled }).data
  const own = matrix?.rows.filter((row) => row.cells[environment]).map((row) => row.key) ?? []
  const imported = imports ? [...(importedKeys(imports)[environment]?.keys() ?? [])] : []
  return {
    keys: [...new Set([...own, ...imported])],
    folders:
      matrix?.folders.filter((one) => one.environments.includes(environment)).map((one) => one.name) ?? [],
  }
}
