import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Trash2, Users } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type Group, groupsQuery, useGroupChanges } from '~/api/groups'
import { organizationRolesQuery } from '~/api/identities'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { SelectField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { EmptyState, Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './access.module.css'
import { GroupMembersDialog } from './group-members-dialog'

const words = text.groups
const NO_ACCESS = 'no-access'

type Open = { what: 'create' } | { what: 'edit' | 'members' | 'delete'; group: Group }

/** The groups of the organization. */
export function GroupsTab() {
  const groups = useQuery(groupsQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const create = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'create' })}>
      {words.create}
    </Button>
  )
  return (
    <>
      {groups.isPending && <Skeleton rows={3} />}
      {groups.error && <Failure message={errorText(groups.error)} onRetry={() => void groups.refetch()} />}
      {groups.data?.length === 0 && (
        <EmptyState icon={<Users size={22} />} title={words.emptyTitle} hint={words.emptyHint}>
          {create}
        </EmptyState>
      )}
      {groups.data && groups.data.length > 0 && (
        <>
          <Note>{words.hint}</Note>
          <div className={styles.buttons}>{create}</div>
          <Table label={words.tab} head={[words.name, words.slug, words.role, '']}>
            {groups.data.map((group) => (
              <GroupRow key={group.id} group={group} onOpen={setOpen} />
            ))}
          </Table>
        </>
      )}
      {open?.what === 'create' && <GroupDialog onClose={close} />}
      {open?.what === 'edit' && <GroupDialog group={open.group} onClose={close} />}
      {open?.what === 'members' && <GroupMembersDialog group={open.group} onClose={close} />}
      {open?.what === 'delete' && <DeleteGroup group={open.group} onClose={close} />}
    </>
  )
}

function GroupRow({ group, onOpen }: { group: Group; onOpen: (open: Open) => void }) {
  return (
    <tr>
      <td>{group.name}</td>
      <td>
        <code>{group.slug}</code>
      </td>
      <td>
        <Badge>{group.customRole?.name ?? group.role}</Badge>
      </td>
      <td>
        <RowActions>
          <IconButton
            label={words.members(group.name)}
            icon={<Users size={16} />}
            onClick={() => onOpen({ what: 'members', group })}
          />
          <IconButton
            label={words.edit(group.name)}
            icon={<Pencil size={16} />}
            onClick={() => onOpen({ what: 'edit', group })}
          />
          <IconButton
            label={words.remove(group.name)}
            icon={<Trash2 size={16} />}
            onClick={() => onOpen({ what: 'delete', group })}
          />
        </RowActions>
      </td>
    </tr>
  )
}

function GroupDialog({ group, onClose }: { group?: Group; onClose: () => void }) {
  const roles = useQuery(organizationRolesQuery)
  const { save } = useGroupChanges()
  const [role, setRole] = useState(group?.customRole?.slug ?? group?.role ?? NO_ACCESS)
  const submit = (form: FormData) => {
    const name = String(form.get('name')).trim()
    const slug = String(form.get('slug') ?? '')
    save.mutate({ id: group?.id, name, role, ...(slug ? { slug } : {}) }, { onSuccess: onClose })
  }
  return (
    <FormDialog
      title={group ? words.editTitle(group.name) : words.create}
      onClose={onClose}
      onSubmit={submit}
      submit={group ? text.common.save : words.create}
      cancel={text.common.cancel}
      busy={save.isPending}
      error={problemOf(save.error)}
    >
      <TextField label={words.name} name="name" defaultValue={group?.name} required autoFocus />
      {group && <TextField label={words.slug} name="slug" defaultValue={group.slug} required />}
      <SelectField label={words.role} value={role} onChange={(event) => setRole(event.target.value)}>
        {(roles.data ?? [{ id: role, slug: role, name: role }]).map((one) => (
          <option key={one.id} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  )
}

function DeleteGroup({ group, onClose }: { group: Group; onClose: () => void }) {
  const { remove } = useGroupChanges()
  return (
    <Confirm
      title={words.removeTitle(group.name)}
      hint={words.removeHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={problemOf(remove.error)}
      onConfirm={() => remove.mutate(group.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
