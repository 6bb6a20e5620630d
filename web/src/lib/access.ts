/** Who is asked about. */
export type ActorType = 'user' | 'identity' | 'group'
export type Actor = { type: ActorType; id: string }
/** How far a right reaches: `denied` by a rule for all, `some-denied` for some. */
export type Extent = 'all' | 'some' | 'none' | 'some-denied' | 'denied'
/** A right at a place, for secrets with how many of them. */
export type Right = { subject: string; action: string; extent: Extent; secretCount: number | null }
export type PlaceAccess = {
  environment: string
  secretPath: string
  secretCount: number | null
  rights: Right[]
}
export type MemberAccess = { type: ActorType; id: string; name: string; rights: Right[] }

/** What is shown of a place, in the order of its columns. */
export const PLACE_COLUMNS = [
  ['secrets', 'describeSecret'],
  ['secrets', 'readValue'],
  ['secrets', 'create'],
  ['secrets', 'edit'],
  ['secrets', 'delete'],
  ['secret-folders', 'create'],
  ['secret-imports', 'create'],
] as const

/** The right in a column. */
export const rightIn = (rights: Right[], [subject, action]: readonly [string, string]) =>
  rights.find((one) => one.subject === subject && one.action === action)

/** A member as one text, for a list to choose from. */
export const keyOf = (actor: Actor) => `${actor.type}:${actor.id}`

/** Reads what `keyOf` wrote. */
export function actorOf(key: string): Actor | undefined {
  const [type = '', id = ''] = key.split(':')
  return id !== '' && isActorType(type) ? { type, id } : undefined
}

export const isActorType = (type: string): type is ActorType =>
  type === 'user' || type === 'identity' || type === 'group'

/** The places of one member as rows for a spreadsheet. */
export const treeRows = (who: string, places: PlaceAccess[]): string[][] => [
  ['member', 'environment', 'folder', 'secrets', ...PLACE_COLUMNS.map((column) => column.join(' '))],
  ...places.map((place) => [
    who,
    place.environment,
    place.secretPath,
    place.secretCount === null ? '' : String(place.secretCount),
    ...PLACE_COLUMNS.map((column) => written(rightIn(place.rights, column))),
  ]),
]

/** The members at one place as rows for a spreadsheet. */
export const memberRows = (
  environment: string,
  folder: string,
  members: (MemberAccess & { sources: Given[] })[],
): string[][] => [
  [
    'environment',
    'folder',
    'kind',
    'member',
    ...PLACE_COLUMNS.map((column) => column.join(' ')),
    'roles and privileges',
  ],
  ...members.map((member) => [
    environment,
    folder,
    member.type,
    member.name,
    ...PLACE_COLUMNS.map((column) => written(rightIn(member.rights, column))),
    member.sources.map(sourceName).join(' '),
  ]),
]

/** A role or privilege that somebody has. */
export type Given = {
  id: string
  kind: 'role' | 'custom-role' | 'privilege'
  role: string | null
  givenBy: 'own' | 'group'
  group: { id: string; name: string } | null
  isTemporary: boolean
  endsAt: string | null
}

/** A role or privilege in a few letters. */
export const sourceName = ({ kind, role, group, givenBy }: Given): string => {
  const what = kind === 'privilege' ? 'privilege' : (role ?? kind)
  return givenBy === 'group' ? `${what} (${group?.name ?? 'group'})` : what
}

const written = (right: Right | undefined) => {
  if (!right) return 'no'
  if (right.extent === 'all') return 'yes'
  const count = right.secretCount
  return right.extent === 'some' && count !== null ? `some (${count})` : right.extent
}
