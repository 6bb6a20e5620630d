/** A role that a member has, as the server says it. `role` is `custom` for a custom one. */
export type GivenRole = {
  id: string
  role: string
  customRoleName: string | null
  customRoleSlug: string | null
  isTemporary: boolean
  temporaryRange: string | null
  temporaryAccessStartTime: string | null
  temporaryAccessEndTime: string | null
}

/** How long a role can be given for. */
export const RANGES = ['1h', '8h', '7d'] as const

/** A role to give: `range` is empty for good; `start` is when it began, nothing for now. */
export type Grant = { role: string; range: string; start?: string }

/** What the server takes for a grant. */
export type WireGrant =
  | { role: string }
  | {
      role: string
      isTemporary: true
      temporaryMode: 'relative'
      temporaryRange: string
      temporaryAccessStartTime: string
    }

/** The slug of a role, also of a custom one. */
export const slugOfGiven = (given: GivenRole) => given.customRoleSlug ?? given.role

/** What a member has, to be changed. A role that has ended is left out. */
export const grantsOf = (roles: GivenRole[], now: Date): Grant[] =>
  roles
    .filter((one) => !one.temporaryAccessEndTime || new Date(one.temporaryAccessEndTime) > now)
    .map((one) => ({
      role: slugOfGiven(one),
      range: one.temporaryRange ?? '',
      ...(one.temporaryAccessStartTime ? { start: one.temporaryAccessStartTime } : {}),
    }))

/** What to give somebody new. Beside a role that ends stands one for good that allows nothing. */
export const grantsToAdd = (role: string, range: string): Grant[] =>
  range
    ? [
        { role: 'no-access', range: '' },
        { role, range },
      ]
    : [{ role, range }]

/** Grants for the server. Those without a start begin now. */
export const wireOf = (grants: Grant[], now: Date): WireGrant[] =>
  grants.map(({ role, range, start }) =>
    range
      ? {
          role,
          isTemporary: true,
          temporaryMode: 'relative',
          temporaryRange: range,
          temporaryAccessStartTime: start ?? now.toISOString(),
        }
      : { role },
  )
