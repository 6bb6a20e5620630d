import type { Environment } from '~/api/projects'
import type { Line } from '~/lib/grid-model'
import type { Origin } from '~/lib/imports'
import type { Cell } from '~/lib/matrix'
import type { Change } from '~/lib/pending'
import type { SheetTab } from './sheet/secret-sheet'

export type GridLine = Line<Cell>

/** Columns after the name: one for each environment. */
export type Columns = Environment[]

/** What can be done with a cell from the grid. */
export type CellActions = {
  edit: (key: string, environment: string) => void
  save: (key: string, environment: string, value: string) => void
  remove: (cells: { key: string; environment: string }[]) => void
  reveal: (key: string, environment: string) => void
  copy: (key: string, environment: string) => void
  /** Opens everything about a secret, at one of its tabs. */
  open: (key: string, environment: string, tab: SheetTab) => void
  openFolder: (name: string) => void
  changeFolder: (name: string) => void
  deleteFolder: (name: string) => void
  /** Shows the imports of the folder in an environment. */
  openImports: (environment: string) => void
}

/** What the grid shows of a cell. */
export type CellView = {
  cell: Cell | undefined
  change: Change | undefined
  /** Where it comes from, if the environment has it by an import only. */
  imported: Origin | undefined
  /** The value, while it is revealed. */
  revealed: string | undefined
  /** The references of the value shown that lead to nothing. */
  lost: string[]
}
