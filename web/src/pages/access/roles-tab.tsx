import { useQuery } from '@tanstack/react-query'

import { errorText } from '~/api/client'
import { organizationRolesQuery } from '~/api/identities'
import { text } from '~/lib/text'
import { Failure, Note, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'

const ALLOWS: Record<string, string> = {
  admin: text.roles.admin,
  member: text.roles.member,
  'no-access': text.roles['no-access'],
}

/** The organization's roles, to look at. */
export function RolesTab() {
  const roles = useQuery(organizationRolesQuery)
  if (roles.isPending) return <Skeleton rows={3} />
  if (roles.error) return <Failure message={errorText(roles.error)} onRetry={() => void roles.refetch()} />
  return (
    <>
      <Note>{text.roles.hint}</Note>
      <Table label={text.access.tabs.roles} head={[text.roles.name, text.roles.slug, text.roles.description]}>
        {roles.data.map((role) => (
          <tr key={role.id}>
            <td>{role.name}</td>
            <td>
              <code>{role.slug}</code>
            </td>
            <td>{ALLOWS[role.slug] ?? role.description}</td>
          </tr>
        ))}
      </Table>
    </>
  )
}
