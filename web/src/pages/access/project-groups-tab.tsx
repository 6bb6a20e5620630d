import { useQuery } from '@tanstack/react-query'
import { Plus, Trash2, UserCog, Users } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { groupsQuery, type ProjectGroup, projectGroupsQuery, useProjectGroupChanges } from '~/api/groups'
import { projectRolesQuery } from '~/api/identities'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { SelectField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { EmptyState, Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './access.module.css'
import { GivenRoles } from './given-roles'
import { MemberRolesDialog } from './member-roles-dialog'

const words = text.projectGroups
const VIEWER = 'viewer'

type Open = { what: 'add' } | { what: 'roles' | 'remove'; member: ProjectGroup }

/** The groups that are in a project. */
export function ProjectGroupsTab({ project }: { project: string }) {
  const groups = useQuery(projectGroupsQuery(project))
  const [open, setOpen] = useState<Open>()
  const members = groups.data ?? []
  const close = () => setOpen(undefined)
  const add = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
      {words.add}
    </Button>
  )
  return (
    <>
      {groups.isPending && <Skeleton rows={3} />}
      {groups.error && <Failure message={errorText(groups.error)} onRetry={() => void groups.refetch()} />}
      {groups.data && members.length === 0 && (
        <EmptyState icon={<Users size={22} />} title={words.emptyTitle} hint={words.emptyHint}>
          {add}
        </EmptyState>
      )}
      {members.length > 0 && (
        <>
          <div className={styles.buttons}>{add}</div>
          <Table label={text.groups.tab} head={[words.group, words.roles, words.added, '']}>
            {members.map((member) => (
              <tr key={member.id}>
                <td>{member.group.name}</td>
                <td>
                  <GivenRoles roles={member.roles} />
                </td>
                <td title={fullTime(member.createdAt)}>{timeAgo(member.createdAt)}</td>
                <td>
                  <RowActions>
                    <IconButton
                      label={text.givenRoles.change(member.group.name)}
                      icon={<UserCog size={16} />}
                      onClick={() => setOpen({ what: 'roles', member })}
                    />
                    <IconButton
                      label={words.remove(member.group.name)}
                      icon={<Trash2 size={16} />}
                      onClick={() => setOpen({ what: 'remove', member })}
                    />
                  </RowActions>
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
      {open?.what === 'add' && (
        <AddGroup project={project} added={members.map((one) => one.group.id)} onClose={close} />
      )}
      {open?.what === 'roles' && <GroupRoles project={project} member={open.member} onClose={close} />}
      {open?.what === 'remove' && <RemoveGroup project={project} member={open.member} onClose={close} />}
    </>
  )
}

function AddGroup({ project, added, onClose }: { project: string; added: string[]; onClose: () => void }) {
  const groups = useQuery(groupsQuery)
  const roles = useQuery(projectRolesQuery(project))
  const { add } = useProjectGroupChanges(project)
  const [chosen, setChosen] = useState('')
  const [role, setRole] = useState(VIEWER)
  const others = (groups.data ?? []).filter((one) => !added.includes(one.id))
  const group = others.find((one) => one.id === chosen) ?? others[0]
  const submit = () => group && add.mutate({ group: group.id, roles: [{ role }] }, { onSuccess: onClose })
  return (
    <FormDialog
      title={words.add}
      hint={text.groups.hint}
      onClose={onClose}
      onSubmit={submit}
      submit={words.add}
      cancel={text.common.cancel}
      busy={add.isPending}
      held={!group}
      error={problemOf(groups.error ?? add.error)}
    >
      {groups.data && !group && <Note>{words.allAdded}</Note>}
      {group && (
        <>
          <SelectField
            label={words.group}
            value={group.id}
            autoFocus
            onChange={(event) => setChosen(event.target.value)}
          >
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <SelectField label={words.role} value={role} onChange={(event) => setRole(event.target.value)}>
            {(roles.data ?? [{ id: VIEWER, slug: VIEWER, name: 'Viewer' }]).map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </SelectField>
        </>
      )}
    </FormDialog>
  )
}

type MemberProps = { project: string; member: ProjectGroup; onClose: () => void }

function GroupRoles({ project, member, onClose }: MemberProps) {
  const { change } = useProjectGroupChanges(project)
  return (
    <MemberRolesDialog
      project={project}
      name={member.group.name}
      roles={member.roles}
      busy={change.isPending}
      error={problemOf(change.error)}
      onSave={(roles) => change.mutate({ group: member.group.id, roles }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}

function RemoveGroup({ project, member, onClose }: MemberProps) {
  const { remove } = useProjectGroupChanges(project)
  return (
    <Confirm
      title={words.removeTitle(member.group.name)}
      hint={words.removeHint}
      verb={text.common.remove}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={problemOf(remove.error)}
      onConfirm={() => remove.mutate(member.group.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
