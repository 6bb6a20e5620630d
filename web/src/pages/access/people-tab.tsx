import { useQuery } from '@tanstack/react-query'
import { UserCog, UserPlus } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import {
  organizationPeopleQuery,
  type ProjectPerson,
  projectPeopleQuery,
  useChangePersonRoles,
} from '~/api/people'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { GivenRoles } from './given-roles'
import { InviteDialog } from './invite-dialog'
import { MemberRolesDialog } from './member-roles-dialog'
import { ResendButton } from './resend-button'

const HEAD = [text.people.name, text.people.email, text.people.role]

/** The people of the organization. */
export function PeopleTab({ organization }: { organization: string }) {
  const people = useQuery(organizationPeopleQuery(organization))
  const [isInviting, setIsInviting] = useState(false)
  if (people.isPending) return <Skeleton rows={3} />
  if (people.error) return <Failure message={errorText(people.error)} onRetry={() => void people.refetch()} />
  return (
    <>
      <div>
        <Button look="primary" icon={<UserPlus size={16} />} onClick={() => setIsInviting(true)}>
          {text.invite.open}
        </Button>
      </div>
      <Table label={text.access.tabs.people} head={[...HEAD, '']}>
        {people.data.map((one) => (
          <tr key={one.id}>
            <td>{one.name}</td>
            <td>{one.email}</td>
            <td>
              <Badge>{one.role}</Badge> {one.isInvited && <Badge tone="warning">{text.people.invited}</Badge>}
            </td>
            <td>
              <RowActions>{one.isInvited && <ResendButton person={one} />}</RowActions>
            </td>
          </tr>
        ))}
      </Table>
      {isInviting && <InviteDialog organization={organization} onClose={() => setIsInviting(false)} />}
    </>
  )
}

/** The people of a project, whose roles can be changed. */
export function ProjectPeopleTab({ project }: { project: string }) {
  const people = useQuery(projectPeopleQuery(project))
  const [changing, setChanging] = useState<ProjectPerson>()
  if (people.isPending) return <Skeleton rows={3} />
  if (people.error) return <Failure message={errorText(people.error)} onRetry={() => void people.refetch()} />
  return (
    <>
      <Note>{text.people.hint}</Note>
      <Table label={text.access.tabs.people} head={[...HEAD, '']}>
        {people.data.map((one) => (
          <tr key={one.id}>
            <td>{one.name}</td>
            <td>{one.email}</td>
            <td>
              <GivenRoles roles={one.roles} />
            </td>
            <td>
              <RowActions>
                <IconButton
                  label={text.givenRoles.change(one.name || one.email)}
                  icon={<UserCog size={16} />}
                  onClick={() => setChanging(one)}
                />
              </RowActions>
            </td>
          </tr>
        ))}
      </Table>
      {changing && <PersonRoles project={project} person={changing} onClose={() => setChanging(undefined)} />}
    </>
  )
}

function PersonRoles({
  project,
  person,
  onClose,
}: {
  project: string
  person: ProjectPerson
  onClose: () => void
}) {
  const change = useChangePersonRoles(project)
  return (
    <MemberRolesDialog
      project={project}
      name={person.name || person.email}
      roles={person.roles}
      busy={change.isPending}
      error={problemOf(change.error)}
      onSave={(roles) => change.mutate({ membership: person.id, roles }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
