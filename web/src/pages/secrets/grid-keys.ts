import type { KeyboardEvent } from 'react'

import { lettersAreOn } from '~/lib/shortcuts'
import type { CellActions, Columns, GridLine } from './grid-types'

/** A cell of the grid; column 0 is the name. */
export type Position = { row: number; column: number }

type Around = {
  position: Position
  lines: GridLine[]
  columns: Columns
  selected: ReadonlySet<string>
  /** How many rows Page Up and Page Down go. */
  page: number
  go: (to: Position) => void
  actions: CellActions
  onSelect: (keys: string[], chosen: boolean) => void
}

/** What a key does while the grid has the focus. */
export function gridKey(event: KeyboardEvent, around: Around) {
  if (event.altKey || (/^[a-z]$/.test(event.key) && !withModifier(event) && !lettersAreOn())) return
  const handled = withModifier(event) ? withControl(event, around) : move(event, around) || act(event, around)
  if (handled) event.preventDefault()
}

const withModifier = (event: KeyboardEvent) => event.ctrlKey || event.metaKey

function withControl(event: KeyboardEvent, { lines, columns, go, onSelect }: Around): boolean {
  if (event.key === 'Home') go({ row: 0, column: 0 })
  else if (event.key === 'End') go({ row: lines.length - 1, column: columns.length })
  else if (event.key.toLowerCase() === 'a')
    onSelect(
      lines.flatMap((line) => (line.kind === 'key' ? [line.key] : [])),
      true,
    )
  else return false
  return true
}

function move(event: KeyboardEvent, { position, lines, columns, page, go, onSelect }: Around): boolean {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-page, 0],
    PageDown: [page, 0],
    Home: [0, -columns.length],
    End: [0, columns.length],
  }
  const step = steps[event.key]
  if (!step) return false
  const to = {
    row: Math.min(Math.max(0, position.row + step[0]), Math.max(0, lines.length - 1)),
    column: Math.min(Math.max(0, position.column + step[1]), columns.length),
  }
  if (event.shiftKey && step[0]) {
    const between = lines.slice(Math.min(position.row, to.row), Math.max(position.row, to.row) + 1)
    onSelect(
      between.flatMap((line) => (line.kind === 'key' ? [line.key] : [])),
      true,
    )
  }
  go(to)
  return true
}

function act(event: KeyboardEvent, around: Around): boolean {
  const line = around.lines[around.position.row]
  const column = around.columns[around.position.column - 1]
  if (!line) return false
  if (line.kind === 'folder') {
    const { openFolder, changeFolder, deleteFolder } = around.actions
    const acts: Record<string, (name: string) => void> = {
      Enter: openFolder,
      F2: changeFolder,
      i: changeFolder,
      Delete: deleteFolder,
    }
    const run = acts[event.key]
    run?.(line.name)
    return run !== undefined
  }
  if (line.kind === 'import') {
    const environment = column?.slug ?? Object.keys(line.places)[0]
    if (event.key !== 'Enter' || !environment) return false
    around.actions.openImports(environment)
    return true
  }
  if (event.key === ' ') {
    around.onSelect([line.key], !around.selected.has(line.key))
    return true
  }
  if (event.key === 'Delete') {
    around.actions.remove(toDelete(line.key, column?.slug, around))
    return true
  }
  if (!column) return false
  const { edit, reveal, copy, open } = around.actions
  const acts: Record<string, CellActions['edit']> = {
    Enter: edit,
    F2: edit,
    r: reveal,
    c: copy,
    h: (key, environment) => open(key, environment, 'versions'),
    i: (key, environment) => open(key, environment, 'details'),
    m: (key, environment) => open(key, environment, 'own'),
  }
  const run = acts[event.key]
  if (!run) return false
  run(line.key, column.slug)
  return true
}

/** The selected keys in every environment shown; without a selection the active cell, or all of its row. */
function toDelete(key: string, environment: string | undefined, { selected, columns }: Around) {
  if (!selected.size && environment) return [{ key, environment }]
  const keys = selected.size ? [...selected] : [key]
  return keys.flatMap((one) => columns.map(({ slug }) => ({ key: one, environment: slug })))
}
