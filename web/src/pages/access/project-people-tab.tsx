import { useQuery } from '@tanstack/react-query'
import { UserCog, UserMinus, UserPlus } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type ProjectPerson, projectPeopleQuery, useProjectPeopleChanges } from '~/api/people'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './access.module.css'
import { AddPersonDialog } from './add-person-dialog'
import { GivenRoles } from './given-roles'
import { MemberRolesDialog } from './member-roles-dialog'

const words = text.projectPeople
const HEAD = [text.people.name, text.people.email, text.people.role, words.way, '']

type Open = { what: 'add' } | { what: 'roles' | 'remove'; person: ProjectPerson }

const nameOf = (person: ProjectPerson) => person.name || person.email

/** The people of a project: those added to it, and those of its groups. */
export function ProjectPeopleTab({ project }: { project: string }) {
  const people = useQuery(projectPeopleQuery(project))
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  if (people.isPending) return <Skeleton rows={3} />
  if (people.error) return <Failure message={errorText(people.error)} onRetry={() => void people.refetch()} />
  const added = people.data.filter((one) => !one.isByGroup).map((one) => one.userId)
  return (
    <>
      <div className={styles.buttons}>
        <Button look="primary" icon={<UserPlus size={16} />} onClick={() => setOpen({ what: 'add' })}>
          {words.add}
        </Button>
      </div>
      <Table label={text.access.tabs.people} head={HEAD}>
        {people.data.map((one) => (
          <Row
            key={`${one.id} ${one.userId}`}
            person={one}
            onRoles={() => setOpen({ what: 'roles', person: one })}
            onRemove={() => setOpen({ what: 'remove', person: one })}
          />
        ))}
      </Table>
      {open?.what === 'add' && <AddPersonDialog project={project} added={added} onClose={close} />}
      {open?.what === 'roles' && <PersonRoles project={project} person={open.person} onClose={close} />}
      {open?.what === 'remove' && <RemovePerson project={project} person={open.person} onClose={close} />}
    </>
  )
}

/** What somebody has by a group is changed where the group is. */
function Row({
  person,
  onRoles,
  onRemove,
}: {
  person: ProjectPerson
  onRoles: () => void
  onRemove: () => void
}) {
  return (
    <tr>
      <td>{person.name}</td>
      <td>{person.email}</td>
      <td>
        <GivenRoles roles={person.roles} />
      </td>
      <td>{person.isByGroup ? words.byGroup(person.group) : words.own}</td>
      <td>
        {!person.isByGroup && (
          <RowActions>
            <IconButton
              label={text.givenRoles.change(nameOf(person))}
              icon={<UserCog size={16} />}
              onClick={onRoles}
            />
            <IconButton
              label={words.remove(nameOf(person))}
              icon={<UserMinus size={16} />}
              onClick={onRemove}
            />
          </RowActions>
        )}
      </td>
    </tr>
  )
}

type PersonProps = { project: string; person: ProjectPerson; onClose: () => void }

function PersonRoles({ project, person, onClose }: PersonProps) {
  const { change } = useProjectPeopleChanges(project)
  return (
    <MemberRolesDialog
      project={project}
      name={nameOf(person)}
      roles={person.roles}
      busy={change.isPending}
      error={problemOf(change.error)}
      onSave={(roles) => change.mutate({ membership: person.id, roles }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}

function RemovePerson({ project, person, onClose }: PersonProps) {
  const { remove } = useProjectPeopleChanges(project)
  return (
    <Confirm
      title={words.removeTitle(nameOf(person))}
      hint={words.removeHint}
      verb={text.common.remove}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={problemOf(remove.error)}
      onConfirm={() => remove.mutate(person.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
