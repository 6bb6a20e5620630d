import { Folder, FolderInput, Pencil } from 'lucide-react'
import { type RefObject, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'

import { classNames } from '~/lib/class-names'
import { type ImportLine, originText } from '~/lib/imports'
import { cellKey, type Pending } from '~/lib/pending'
import { scrollToRow, useRowWindow } from '~/lib/row-window'
import { text } from '~/lib/text'
import { IconButton } from '~/ui/button'
import styles from './grid.module.css'
import { GridCell } from './grid-cell'
import { gridKey, type Position } from './grid-keys'
import type { CellActions, Columns, GridLine } from './grid-types'
import type { SecretsProject } from './use-secrets'

const NAME_WIDTH = 240
const COLUMN_WIDTH = 190

export type GridHandle = { focus: () => void; goTo: (key: string, environment?: string) => void }

type GridProps = {
  project: SecretsProject
  ref?: RefObject<GridHandle | null>
  lines: GridLine[]
  columns: Columns
  folder: string
  changes: Pending['changes']
  revealed: ReadonlyMap<string, string>
  /** The references of values shown that lead to nothing, by cell. */
  lost: ReadonlyMap<string, string[]>
  denied: ReadonlySet<string>
  missing: Record<string, number>
  selected: ReadonlySet<string>
  editing: { key: string; environment: string } | undefined
  actions: CellActions
  onSelect: (keys: string[], chosen: boolean) => void
  onEditEnd: () => void
  onDiscard: (keys: string[]) => void
  onEnvironment: (slug: string) => void
}

/**
 * Keys down, environments across. The grid is one Tab stop: it keeps the focus and names the active cell, because
 * the rows are drawn only where they can be seen.
 */
export function Grid(props: GridProps) {
  const { lines, columns, actions } = props
  const box = useRef<HTMLDivElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const rowHeight = useRowHeight(box)
  const [active, setActive] = useState<Position & { line?: string | undefined }>({ row: 0, column: 1 })
  const { first, end } = useRowWindow(box, rowHeight, lines.length)
  const row = useStayingRow(box, active, lines, rowHeight)
  const column = Math.min(active.column, columns.length)

  const go = (to: Position) => {
    setActive({ ...to, line: lineId(lines[to.row]) })
    if (box.current) scrollToRow(box.current, to.row, rowHeight, head.current?.offsetHeight ?? 0)
  }
  useImperativeHandle(props.ref, () => ({
    focus: () => box.current?.focus(),
    goTo: (key, environment) => {
      const at = lines.findIndex((line) => line.kind === 'key' && line.key === key)
      const across = columns.findIndex((one) => one.slug === environment)
      if (at >= 0) go({ row: at, column: across + 1 })
    },
  }))

  const endEdit = (move: -1 | 0 | 1) => {
    props.onEditEnd()
    box.current?.focus()
    const next = columns[column - 1 + move]
    const line = lines[row]
    if (!move || !next || line?.kind !== 'key') return
    go({ row, column: column + move })
    actions.edit(line.key, next.slug)
  }
  const template = `minmax(${NAME_WIDTH}px, 1.15fr) repeat(${columns.length}, minmax(${COLUMN_WIDTH}px, 1fr))`
  const width = NAME_WIDTH + COLUMN_WIDTH * columns.length

  return (
    <div
      ref={box}
      role="grid"
      tabIndex={0}
      className={classNames(styles.grid, !lines.length && styles.bare)}
      aria-label={text.grid.label}
      aria-rowcount={lines.length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={lines.length ? cellId(row, column) : undefined}
      onKeyDown={(event) => {
        if (event.target !== box.current) return
        gridKey(event, {
          position: { row, column },
          lines,
          columns,
          selected: props.selected,
          page: end - first,
          go,
          actions,
          onSelect: props.onSelect,
        })
      }}
    >
      <div
        ref={head}
        role="row"
        aria-rowindex={1}
        className={styles.head}
        style={{ gridTemplateColumns: template, minWidth: width }}
      >
        <div role="columnheader" aria-colindex={1} className={styles.name}>
          {text.grid.name}
        </div>
        {columns.map((one, at) => (
          <div key={one.id} role="columnheader" aria-colindex={at + 2} className={styles.cell}>
            <button
              type="button"
              tabIndex={-1}
              title={text.grid.openEnvironment(one.name)}
              onClick={() => props.onEnvironment(one.slug)}
            >
              {one.name}
            </button>
            {Boolean(props.missing[one.slug]) && (
              <span className={styles.count}>{text.grid.missingCount(props.missing[one.slug] ?? 0)}</span>
            )}
          </div>
        ))}
      </div>
      <div
        role="rowgroup"
        className={styles.rows}
        style={{ height: lines.length * rowHeight, minWidth: width }}
      >
        {lines.slice(first, end).map((line, offset) => {
          const at = first + offset
          return (
            <Row
              key={lineId(line)}
              {...props}
              line={line}
              at={at}
              top={at * rowHeight}
              template={template}
              active={at === row ? column : -1}
              onActive={(to) => setActive({ row: at, column: to, line: lineId(line) })}
              onCellEditEnd={endEdit}
            />
          )
        })}
      </div>
    </div>
  )
}

/** Names a line, wherever it is: no key has a slash or a colon. */
function lineId(line: GridLine | undefined): string | undefined {
  if (line?.kind === 'folder') return `${line.name}/`
  return line?.kind === 'import' ? originText(line.source) : line?.key
}

/**
 * Where the active line is now. When lines come or go above it while somebody is in the grid, what they look at stays
 * where it is on the screen.
 */
function useStayingRow(
  box: RefObject<HTMLDivElement | null>,
  active: Position & { line?: string | undefined },
  lines: GridLine[],
  rowHeight: number,
): number {
  const isStill = lineId(lines[active.row]) === active.line
  const found = isStill ? active.row : lines.findIndex((line) => lineId(line) === active.line)
  const row = found >= 0 ? found : Math.min(active.row, Math.max(0, lines.length - 1))
  const before = useRef({ line: active.line, row })
  useLayoutEffect(() => {
    const moved = before.current.line === active.line ? row - before.current.row : 0
    before.current = { line: active.line, row }
    if (moved && box.current?.contains(document.activeElement)) box.current.scrollTop += moved * rowHeight
  }, [box, active.line, row, rowHeight])
  return row
}

const cellId = (row: number, column: number) => `cell-${row}-${column}`

type RowProps = GridProps & {
  line: GridLine
  at: number
  top: number
  template: string
  active: number
  onActive: (column: number) => void
  onCellEditEnd: (move: -1 | 0 | 1) => void
}

function Row(props: RowProps) {
  const { line, at, active, columns, folder } = props
  const isSelected = line.kind === 'key' && props.selected.has(line.key)
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      className={classNames(styles.row, isSelected && styles.selected)}
      style={{ transform: `translateY(${props.top}px)`, gridTemplateColumns: props.template }}
      onClick={(event) => {
        const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-cell]')
        if (cell) props.onActive(Number(cell.dataset.cell))
      }}
    >
      <NameCell {...props} isSelected={isSelected} />
      {line.kind !== 'key'
        ? columns.map((one, column) => (
            <div
              key={one.id}
              id={cellId(at, column + 1)}
              role="gridcell"
              aria-colindex={column + 2}
              data-cell={column + 1}
              className={classNames(styles.cell, styles.soft, active === column + 1 && styles.active)}
            >
              {line.kind === 'folder'
                ? line.environments.includes(one.slug) && text.grid.folder
                : importText(line.places[one.slug])}
            </div>
          ))
        : columns.map((one, column) => {
            const key = cellKey({ environment: one.slug, folder, key: line.key })
            return (
              <GridCell
                key={one.id}
                id={cellId(at, column + 1)}
                column={column}
                name={line.key}
                place={{
                  project: props.project.id,
                  environments: props.project.environments.map((other) => other.slug),
                  environment: one.slug,
                  folder,
                  key: line.key,
                }}
                changes={props.changes}
                environmentName={one.name}
                view={{
                  cell: line.cells[one.slug],
                  change: props.changes.get(key),
                  revealed: props.revealed.get(key),
                  imported: line.imported[one.slug],
                  lost: props.lost.get(key) ?? [],
                }}
                denied={props.denied.has(one.slug)}
                sameAs={columns.find((other) => other.slug === line.cells[one.slug]?.sameAs)?.name}
                isActive={active === column + 1}
                isEditing={props.editing?.key === line.key && props.editing.environment === one.slug}
                actions={props.actions}
                onEditEnd={props.onCellEditEnd}
                onDiscard={() => props.onDiscard([key])}
              />
            )
          })}
    </div>
  )
}

/** What an import is in one environment: its place, and how much it brings. */
function importText(place: ImportLine['places'][string] | undefined): string {
  if (!place) return ''
  return `${text.imports.place(place.position, place.of)}, ${text.imports.keys(place.keys)}`
}

function NameCell({ line, at, active, isSelected, actions, onSelect }: RowProps & { isSelected: boolean }) {
  return (
    <div
      id={cellId(at, 0)}
      role="rowheader"
      aria-colindex={1}
      data-cell={0}
      className={classNames(styles.name, active === 0 && styles.active)}
    >
      {line.kind === 'import' && (
        <button
          type="button"
          tabIndex={-1}
          className={styles.folder}
          onClick={() => actions.openImports(Object.keys(line.places)[0] ?? '')}
        >
          <FolderInput size={15} aria-hidden="true" />
          {originText(line.source)}
        </button>
      )}
      {line.kind === 'folder' && (
        <>
          <button
            type="button"
            tabIndex={-1}
            className={styles.folder}
            onClick={() => actions.openFolder(line.name)}
          >
            <Folder size={15} aria-hidden="true" />
            {line.name}
          </button>
          <IconButton
            tabIndex={-1}
            label={text.folder.change(line.name)}
            icon={<Pencil size={14} />}
            onClick={() => actions.changeFolder(line.name)}
          />
        </>
      )}
      {line.kind === 'key' && (
        <>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={text.grid.select(line.key)}
            checked={isSelected}
            onChange={(event) => onSelect([line.key], event.target.checked)}
          />
          <span title={line.key}>{line.key}</span>
        </>
      )}
    </div>
  )
}

/** The height that the style sheet gives rows: touch screens have higher ones. */
function useRowHeight(box: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(36)
  useLayoutEffect(() => {
    if (box.current)
      setHeight(Number.parseInt(getComputedStyle(box.current).getPropertyValue('--row'), 10) || 36)
  }, [box])
  return height
}
