/** One secret in the grid. Its value is not here: it comes when it is asked for. */
export type Cell = {
  version: number
  tagIds: string[]
  updatedAt: number
  updatedBy: string
  /** The environment further left that has the same value. */
  sameAs: string | undefined
  isEmpty: boolean
  isReference: boolean
  isMultiline: boolean
  /** What is stored of its value does not decrypt. */
  isDamaged: boolean
  hasComment: boolean
  hasOverride: boolean
  mayRead: boolean
  mayEdit: boolean
  mayDelete: boolean
}
export type Row = { key: string; cells: Record<string, Cell> }
export type MatrixEnvironment = {
  slug: string
  name: string
  folderId: string | null
  can: { describe: boolean }
}
export type Matrix = {
  /** Raised by every commit of the project. */
  revision: number
  environments: MatrixEnvironment[]
  rows: Row[]
  /** Folders by name, with the environments that have them. */
  folders: { name: string; environments: string[] }[]
}

/**
 * The matrix as the server sends it: column by column, with numbers for what repeats. In the lists of a column a number
 * below zero stands for that many more of the one before it.
 */
export type WireMatrix = {
  revision: number
  environments: MatrixEnvironment[]
  tags: { id: string }[]
  changes: [number, string, string, string][]
  keys: string[]
  columns: {
    version: number[]
    flags: number[]
    change: number[]
    sameAs: number[]
    tags: Record<string, number[]>
  }[]
  folders: { name: string; ids: (string | null)[] }[]
}

const EMPTY = 1
const REFERENCE = 2
const LINES = 4
const COMMENT = 8
const OVERRIDE = 16
const NO_READ = 32
const NO_EDIT = 64
const NO_DELETE = 128
const DAMAGED = 2048

/** Makes rows of the server's columns. */
export function readMatrix(sent: WireMatrix): Matrix {
  const wire = { ...sent, columns: sent.columns.map(whole) }
  const slugs = wire.environments.map((one) => one.slug)
  const rows = wire.keys.map((key, row): Row => {
    const cells: Record<string, Cell> = {}
    wire.columns.forEach((column, at) => {
      const slug = slugs[at]
      if (slug !== undefined && column.version[row]) cells[slug] = readCell(wire, slugs, column, row)
    })
    return { key, cells }
  })
  const folders = wire.folders.map(({ name, ids }) => ({
    name,
    environments: slugs.filter((_, at) => ids[at]),
  }))
  return { revision: wire.revision, environments: wire.environments, rows, folders }
}

type WireColumn = WireMatrix['columns'][number]

const whole = ({ version, flags, change, sameAs, tags }: WireColumn): WireColumn => ({
  version: unrolled(version),
  flags: unrolled(flags),
  change: unrolled(change),
  sameAs: unrolled(sameAs),
  tags,
})

/** Writes out the runs of a list. */
export function unrolled(list: number[]): number[] {
  const all: number[] = []
  for (const number of list) {
    const last = all.at(-1)
    if (number >= 0) all.push(number)
    else if (last !== undefined) for (let more = number; more < 0; more += 1) all.push(last)
  }
  return all
}

function readCell(wire: WireMatrix, slugs: string[], column: WireColumn, row: number): Cell {
  const flags = column.flags[row] ?? 0
  const [updatedAt = 0, , , updatedBy = ''] = wire.changes[column.change[row] ?? 0] ?? []
  const same = column.sameAs[row] ?? 0
  return {
    version: column.version[row] ?? 0,
    tagIds: (column.tags[row] ?? []).flatMap((tag) => wire.tags[tag]?.id ?? []),
    updatedAt,
    updatedBy,
    sameAs: same ? slugs[same - 1] : undefined,
    isEmpty: Boolean(flags & EMPTY),
    isReference: Boolean(flags & REFERENCE),
    isMultiline: Boolean(flags & LINES),
    isDamaged: Boolean(flags & DAMAGED),
    hasComment: Boolean(flags & COMMENT),
    hasOverride: Boolean(flags & OVERRIDE),
    mayRead: !(flags & NO_READ),
    mayEdit: !(flags & NO_EDIT),
    mayDelete: !(flags & NO_DELETE),
  }
}
