import {
  ArrowRight,
  Copy,
  Eye,
  EyeOff,
  MessageSquare,
  Minus,
  Pencil,
  Trash2,
  TriangleAlert,
  Undo2,
} from 'lucide-react'

import { Mask } from '~/components/hidden-value'
import type { ReferencePlace } from '~/components/reference-field'
import { cellFacts } from '~/lib/cell-facts'
import { classNames } from '~/lib/class-names'
import { originText } from '~/lib/imports'
import type { Cell } from '~/lib/matrix'
import type { Change } from '~/lib/pending'
import { referencesSplit } from '~/lib/references'
import { text } from '~/lib/text'
import { CellEditor } from './cell-editor'
import styles from './grid.module.css'
import type { CellActions, CellView } from './grid-types'

type CellProps = {
  id: string
  column: number
  name: string
  /** Where the value is. */
  place: ReferencePlace
  changes: ReadonlyMap<string, Change>
  environmentName: string
  view: CellView
  denied: boolean
  /** The name of the environment that has the same value. */
  sameAs: string | undefined
  isActive: boolean
  isEditing: boolean
  actions: CellActions
  onEditEnd: (move: -1 | 0 | 1) => void
  onDiscard: () => void
}

/** One secret in one environment. */
export function GridCell(props: CellProps) {
  const { id, column, name, place, view, isActive, isEditing, actions } = props
  const state = stateOf(view, props.denied)
  return (
    <div
      id={id}
      role="gridcell"
      aria-colindex={column + 2}
      data-cell={column + 1}
      className={classNames(styles.cell, isActive && styles.active, styles[state])}
    >
      {isEditing ? (
        <CellEditor
          label={`${name}, ${props.environmentName}`}
          place={place}
          changes={props.changes}
          start={view.change?.value ?? view.revealed ?? ''}
          isSet={Boolean(view.cell)}
          hint={view.imported && text.imports.here}
          onSave={(value, move) => {
            actions.save(name, place.environment, value)
            props.onEditEnd(move)
          }}
          onCancel={() => props.onEditEnd(0)}
        />
      ) : (
        <>
          <CellText view={view} state={state} sameAs={props.sameAs} />
          {state !== 'denied' && <CellButtons {...props} />}
        </>
      )}
    </div>
  )
}

type State = 'set' | 'imported' | 'missing' | 'added' | 'changed' | 'deleted' | 'conflict' | 'denied'

function stateOf({ cell, change, imported }: CellView, denied: boolean): State {
  if (denied) return 'denied'
  if (change?.conflict !== undefined) return 'conflict'
  if (change) return ({ create: 'added', update: 'changed', delete: 'deleted' } as const)[change.kind]
  return cell ? 'set' : imported ? 'imported' : 'missing'
}

function CellText({ view, state, sameAs }: { view: CellView; state: State; sameAs: string | undefined }) {
  const { cell, change, revealed, imported } = view
  const words = text.grid
  if (state === 'denied') return <span className={styles.soft}>{words.noAccess}</span>
  if (state === 'missing') {
    return (
      <span className={styles.soft}>
        <Minus size={13} aria-hidden="true" />
        {words.missing}
      </span>
    )
  }
  const pendingValue = change && change.kind !== 'delete' ? change.value : undefined
  const shown = pendingValue ?? revealed
  const label = {
    set: '',
    imported: '',
    added: words.added,
    changed: words.changed,
    deleted: words.deleted,
    conflict: words.conflict,
  }[state]
  return (
    <>
      {shown === undefined ? <Masked cell={cell} /> : <Value value={shown} lost={view.lost} />}
      {state === 'imported' && imported && (
        <span className={styles.fact} title={text.imports.importedHint(originText(imported))}>
          {text.imports.from(originText(imported))}
        </span>
      )}
      {cell?.hasOverride && (
        <span className={styles.mine} title={words.overrideHint}>
          {words.override}
        </span>
      )}
      {state === 'set' && cell && <Facts cell={cell} sameAs={sameAs} isShown={revealed !== undefined} />}
      {label && (
        <span className={styles.label}>
          {state === 'conflict' && <TriangleAlert size={12} aria-hidden="true" />}
          {label}
        </span>
      )}
    </>
  )
}

/** What stands for a value: the same dots whatever it is, unless it is known to be empty. */
function Masked({ cell }: { cell: Cell | undefined }) {
  if (cell?.isEmpty) return <span className={styles.soft}>{text.grid.empty}</span>
  return <Mask />
}

/** What is known of a value without showing it. */
function Facts({ cell, sameAs, isShown }: { cell: Cell; sameAs: string | undefined; isShown: boolean }) {
  const facts = cellFacts(cell, sameAs, isShown)
  return (
    <>
      {cell.hasComment && <MessageSquare className={styles.fact} size={13} aria-label={text.grid.comment} />}
      {facts.length > 0 && <span className={styles.fact}>{facts.join(', ')}</span>}
    </>
  )
}

/** A value on one line; of several lines the first, and how many there are. */
function Value({ value, lost }: { value: string; lost: string[] }) {
  const lines = value.split('\n')
  if (value === '') return <span className={styles.soft}>{text.grid.empty}</span>
  return (
    <span className={styles.value}>
      <span>
        <Marked value={lines[0] ?? ''} lost={lost} />
      </span>
      {lost.length > 0 && (
        <TriangleAlert
          className={styles.lostIcon}
          size={13}
          role="img"
          aria-label={text.references.lost(lost.join(', '))}
        />
      )}
      {lines.length > 1 && <em>{text.grid.lines(lines.length)}</em>}
    </span>
  )
}

/** A line of a value in which references that lead to nothing are marked. */
function Marked({ value, lost }: { value: string; lost: string[] }) {
  if (!lost.length) return value
  return referencesSplit(value).map((part, at) => {
    const key = `${at}${part}`
    return lost.includes(part) ? (
      <span key={key} className={styles.lost}>
        {part}
      </span>
    ) : (
      part
    )
  })
}

/** The same as the keys do, for the mouse. They take no Tab stop: the grid has one, and keys of its own. */
function CellButtons({ name, place: { environment }, view, actions, onDiscard }: CellProps) {
  const { cell, change, revealed, imported } = view
  const button = (label: string, icon: React.ReactNode, run: () => void) => (
    <button type="button" tabIndex={-1} aria-label={`${label} ${name}`} title={label} onClick={run}>
      {icon}
    </button>
  )
  const words = text.grid
  return (
    <span className={styles.buttons}>
      {change && button(words.discard, <Undo2 size={14} />, onDiscard)}
      {(cell || imported) &&
        !change &&
        button(
          revealed === undefined ? words.reveal : words.hide,
          revealed === undefined ? <Eye size={14} /> : <EyeOff size={14} />,
          () => actions.reveal(name, environment),
        )}
      {(cell?.mayRead || imported) &&
        !change &&
        button(words.copy, <Copy size={14} />, () => actions.copy(name, environment))}
      {(cell?.mayEdit ?? true) &&
        button(cell || change ? words.edit : words.set, <Pencil size={14} />, () =>
          actions.edit(name, environment),
        )}
      {cell &&
        change?.kind !== 'delete' &&
        button(words.delete, <Trash2 size={14} />, () => actions.remove([{ key: name, environment }]))}
      {cell &&
        button(words.details, <ArrowRight size={14} />, () => actions.open(name, environment, 'details'))}
    </span>
  )
}
