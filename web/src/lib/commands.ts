/** Something that can be done or gone to from the palette. */
export type Command = {
  label: string
  /** Where it belongs, shown beside it: a project, "Settings". */
  where?: string
  /** The keys that do the same. */
  keys?: string
  run: () => void
}

/** Fewer letters do not look for the place: too much would fit. */
const PLACE_LETTERS_MIN = 3

/** How well a command fits what was typed: the smaller the better; nothing if it does not fit. */
function rankOf({ label, where }: Command, typed: string): number | undefined {
  const name = label.toLowerCase()
  if (name.startsWith(typed)) return 0
  if (name.split(/[^a-z0-9]+/).some((word) => word.startsWith(typed))) return 1
  if (name.includes(typed)) return 2
  if (typed.length < PLACE_LETTERS_MIN) return undefined
  const all = `${name} ${where?.toLowerCase() ?? ''}`
  return typed.split(/\s+/).every((word) => all.includes(word)) ? 3 : undefined
}

/** The commands that fit, the best first; those that fit alike stay in their order. All if nothing was typed. */
export function fitting(commands: Command[], typed: string): Command[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return commands
  return commands
    .map((command) => ({ command, rank: rankOf(command, wanted) }))
    .filter((one): one is { command: Command; rank: number } => one.rank !== undefined)
    .sort((one, other) => one.rank - other.rank)
    .map((one) => one.command)
}
