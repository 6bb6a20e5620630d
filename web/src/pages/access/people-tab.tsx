import { useQuery } from '@tanstack/react-query'

import { errorText } from '~/api/client'
import { organizationPeopleQuery, projectPeopleQuery } from '~/api/people'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Failure, Note, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'

/** The people of the organization, or of a project. */
export function PeopleTab(props: { organization: string } | { project: string }) {
  const query =
    'project' in props ? projectPeopleQuery(props.project) : organizationPeopleQuery(props.organization)
  const people = useQuery(query)
  if (people.isPending) return <Skeleton rows={3} />
  if (people.error) return <Failure message={errorText(people.error)} onRetry={() => void people.refetch()} />
  return (
    <>
      <Note>{text.people.hint}</Note>
      <Table label={text.access.tabs.people} head={[text.people.name, text.people.email, text.people.role]}>
        {people.data.map((one) => (
          <tr key={one.id}>
            <td>{one.name}</td>
            <td>{one.email}</td>
            <td>
              <Badge>{one.role}</Badge>
            </td>
          </tr>
        ))}
      </Table>
    </>
  )
}
