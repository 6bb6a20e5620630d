import { useQuery } from '@tanstack/react-query'
import { Bot, Plug, Plus, Trash2, UserCog } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import {
  type ProjectIdentity,
  projectIdentitiesQuery,
  projectRolesQuery,
  useProjectIdentityChanges,
} from '~/api/identities'
import { projectQuery } from '~/api/projects'
import ConnectDialog from '~/components/connect/connect-dialog'
import { fullTime, timeAgo } from '~/lib/dates'
import { slugOfGiven } from '~/lib/given-roles'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { CopyIcon } from '~/ui/copy'
import { EmptyState, Failure, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './access.module.css'
import { AddIdentityDialog } from './add-identity-dialog'
import { GivenRoles } from './given-roles'
import { MemberRolesDialog } from './member-roles-dialog'

type Open =
  | { what: 'add' | 'connect' }
  | { what: 'roles'; member: ProjectIdentity }
  | { what: 'remove'; identity: ProjectIdentity['identity'] }

/** The machine identities that are in a project. */
export function ProjectIdentitiesTab({ project }: { project: string }) {
  const identities = useQuery(projectIdentitiesQuery(project))
  const found = useQuery(projectQuery(project))
  const [open, setOpen] = useState<Open>()
  const members = identities.data?.identityMemberships ?? []
  const close = () => setOpen(undefined)
  const buttons = (
    <>
      <Button icon={<Plug size={16} />} onClick={() => setOpen({ what: 'connect' })}>
        {text.connect.open}
      </Button>
      <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
        {text.projectIdentities.add}
      </Button>
    </>
  )
  return (
    <>
      {identities.isPending && <Skeleton rows={4} />}
      {identities.error && (
        <Failure message={errorText(identities.error)} onRetry={() => void identities.refetch()} />
      )}
      {identities.data && members.length === 0 && (
        <EmptyState
          icon={<Bot size={22} />}
          title={text.projectIdentities.emptyTitle}
          hint={text.projectIdentities.emptyHint}
        >
          {buttons}
        </EmptyState>
      )}
      {members.length > 0 && (
        <>
          <div className={styles.buttons}>{buttons}</div>
          <Table
            label={text.access.tabs.identities}
            head={[
              text.identities.name,
              text.projectIdentities.role,
              text.projectIdentities.added,
              text.identities.lastLogin,
              '',
            ]}
          >
            {members.map((one) => (
              <Row
                key={one.id}
                project={project}
                member={one}
                onRoles={() => setOpen({ what: 'roles', member: one })}
                onRemove={() => setOpen({ what: 'remove', identity: one.identity })}
              />
            ))}
          </Table>
        </>
      )}
      {open?.what === 'add' && (
        <AddIdentityDialog
          project={project}
          environments={found.data?.environments ?? []}
          added={members.map((one) => one.identityId)}
          onClose={close}
        />
      )}
      {open?.what === 'connect' && found.data && <ConnectDialog project={found.data} onClose={close} />}
      {open?.what === 'roles' && <IdentityRoles project={project} member={open.member} onClose={close} />}
      {open?.what === 'remove' && <Remove project={project} identity={open.identity} onClose={close} />}
    </>
  )
}

function Row({
  project,
  member,
  onRemove,
  onRoles,
}: {
  project: string
  member: ProjectIdentity
  onRemove: () => void
  onRoles: () => void
}) {
  const roles = useQuery(projectRolesQuery(project))
  const { change } = useProjectIdentityChanges(project)
  const { id, name } = member.identity
  const only = member.roles.length === 1 && !member.roles[0]?.isTemporary ? member.roles[0] : undefined
  const role = only ? slugOfGiven(only) : ''
  return (
    <tr>
      <td>
        <span className={styles.name}>
          {name} <CopyIcon text={id} what={`${text.identities.id} of ${name}`} />
        </span>
      </td>
      <td>
        {only ? (
          <select
            className={styles.role}
            aria-label={text.projectIdentities.roleOf(name)}
            value={role}
            onChange={(event) =>
              change.mutate(
                { identity: id, role: event.target.value },
                { onError: (error) => toast(errorText(error), { tone: 'danger' }) },
              )
            }
          >
            {(roles.data ?? [{ id: role, slug: role, name: role }]).map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        ) : (
          <GivenRoles roles={member.roles} />
        )}
      </td>
      <td title={fullTime(member.createdAt)}>{timeAgo(member.createdAt)}</td>
      <td>{member.lastLoginTime ? timeAgo(member.lastLoginTime) : text.identities.never}</td>
      <td>
        <RowActions>
          <IconButton label={text.givenRoles.change(name)} icon={<UserCog size={16} />} onClick={onRoles} />
          <IconButton
            label={`${text.projectIdentities.remove} ${name}`}
            icon={<Trash2 size={16} />}
            onClick={onRemove}
          />
        </RowActions>
      </td>
    </tr>
  )
}

function IdentityRoles({
  project,
  member,
  onClose,
}: {
  project: string
  member: ProjectIdentity
  onClose: () => void
}) {
  const { changeAll } = useProjectIdentityChanges(project)
  return (
    <MemberRolesDialog
      project={project}
      name={member.identity.name}
      roles={member.roles}
      busy={changeAll.isPending}
      error={problemOf(changeAll.error)}
      onSave={(roles) => changeAll.mutate({ identity: member.identityId, roles }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}

function Remove({
  project,
  identity,
  onClose,
}: {
  project: string
  identity: { id: string; name: string }
  onClose: () => void
}) {
  const { remove } = useProjectIdentityChanges(project)
  return (
    <Confirm
      title={text.projectIdentities.removeTitle(identity.name)}
      hint={text.projectIdentities.removeHint}
      verb={text.common.remove}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={remove.error ? errorText(remove.error) : undefined}
      onConfirm={() => remove.mutate(identity.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
