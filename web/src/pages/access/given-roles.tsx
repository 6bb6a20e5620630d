import { timeAgo } from '~/lib/dates'
import type { GivenRole } from '~/lib/given-roles'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import styles from './access.module.css'

/** The roles that a member has, with their ends. */
export const GivenRoles = ({ roles }: { roles: GivenRole[] }) => (
  <span className={styles.roles}>
    {roles.map((one) => (
      <GivenRoleBadge key={one.id} given={one} />
    ))}
  </span>
)

function GivenRoleBadge({ given }: { given: GivenRole }) {
  const name = given.customRoleName ?? given.role
  const end = given.temporaryAccessEndTime
  if (!end) return <Badge>{name}</Badge>
  const isOver = new Date(end) <= new Date()
  return (
    <Badge tone={isOver ? 'plain' : 'warning'}>
      {isOver ? text.givenRoles.ended(name) : text.givenRoles.ends(name, timeAgo(end))}
    </Badge>
  )
}
