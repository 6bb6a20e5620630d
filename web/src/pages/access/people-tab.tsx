import { useQuery } from '@tanstack/react-query'
import { Pause, Play, UserMinus, UserPlus } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { organizationRolesQuery, type Role } from '~/api/identities'
import { organizationPeopleQuery, type Person, useMemberChanges } from '~/api/people'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './access.module.css'
import { InviteDialog } from './invite-dialog'
import { ResendButton } from './resend-button'

const words = text.people
const HEAD = [words.name, words.email, words.role, '']

type Open = { what: 'invite' } | { what: 'remove'; person: Person }

/** The people of the organization. */
export function PeopleTab({ organization }: { organization: string }) {
  const people = useQuery(organizationPeopleQuery(organization))
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  if (people.isPending) return <Skeleton rows={3} />
  if (people.error) return <Failure message={errorText(people.error)} onRetry={() => void people.refetch()} />
  return (
    <>
      <div>
        <Button look="primary" icon={<UserPlus size={16} />} onClick={() => setOpen({ what: 'invite' })}>
          {text.invite.open}
        </Button>
      </div>
      <Table label={text.access.tabs.people} head={HEAD}>
        {people.data.map((one) => (
          <Row
            key={one.id}
            organization={organization}
            person={one}
            onRemove={() => setOpen({ what: 'remove', person: one })}
          />
        ))}
      </Table>
      {open?.what === 'invite' && <InviteDialog organization={organization} onClose={close} />}
      {open?.what === 'remove' && (
        <RemovePerson organization={organization} person={open.person} onClose={close} />
      )}
    </>
  )
}

type RowProps = { organization: string; person: Person; onRemove: () => void }

function Row({ organization, person, onRemove }: RowProps) {
  const name = person.name || person.email
  return (
    <tr>
      <td>{person.name}</td>
      <td>{person.email}</td>
      <td>
        <span className={styles.roles}>
          <RoleSelect organization={organization} person={person} />
          {person.isInvited && <Badge tone="warning">{words.invited}</Badge>}
          {person.isSuspended && <Badge tone="danger">{words.suspended}</Badge>}
        </span>
      </td>
      <td>
        <RowActions>
          {person.isInvited && <ResendButton person={person} />}
          <SuspendButton organization={organization} person={person} />
          <IconButton label={words.remove(name)} icon={<UserMinus size={16} />} onClick={onRemove} />
        </RowActions>
      </td>
    </tr>
  )
}

const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })

/** The slug of somebody's role; a custom one is known by its id. */
const slugOf = (person: Person, roles: Role[]) =>
  roles.find((one) => one.id === person.roleId)?.slug ?? person.role

/** Changes the role at once. */
function RoleSelect({ organization, person }: { organization: string; person: Person }) {
  const roles = useQuery(organizationRolesQuery).data ?? []
  const { change } = useMemberChanges(organization)
  const slug = slugOf(person, roles)
  const choices = roles.some((one) => one.slug === slug) ? roles : [{ id: slug, slug, name: slug }]
  return (
    <select
      className={styles.role}
      aria-label={text.identities.roleOf(person.name || person.email)}
      value={slug}
      onChange={(event) =>
        change.mutate({ membership: person.id, role: event.target.value }, { onError: failed })
      }
    >
      {choices.map((one) => (
        <option key={one.id} value={one.slug}>
          {one.name}
        </option>
      ))}
    </select>
  )
}

/** Takes somebody's place away for now, or gives it back, at once. */
function SuspendButton({ organization, person }: { organization: string; person: Person }) {
  const { change } = useMemberChanges(organization)
  const name = person.name || person.email
  const isActive = person.isSuspended ?? false
  return (
    <IconButton
      label={isActive ? words.reactivate(name) : words.suspend(name)}
      icon={isActive ? <Play size={16} /> : <Pause size={16} />}
      onClick={() => change.mutate({ membership: person.id, isActive }, { onError: failed })}
    />
  )
}

function RemovePerson({
  organization,
  person,
  onClose,
}: {
  organization: string
  person: Person
  onClose: () => void
}) {
  const { remove } = useMemberChanges(organization)
  return (
    <Confirm
      title={words.removeTitle(person.name || person.email)}
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
