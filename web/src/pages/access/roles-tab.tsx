import { useQuery } from '@tanstack/react-query'
import { Copy, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { organizationRolesQuery, projectRolesQuery, type Role } from '~/api/identities'
import { isBuiltIn, type RoleScope, useRoleChanges } from '~/api/roles'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './access.module.css'
import { RoleEditor } from './role-editor'

const words = text.roles

const ORGANIZATION_ALLOWS: Record<string, string> = {
  admin: words.admin,
  member: words.member,
  'no-access': words['no-access'],
}

type Open = { what: 'create' } | { what: 'edit' | 'duplicate' | 'delete'; role: Role }

/** The roles of a project or of the organization: built-in ones to look at and copy, custom ones to change. */
export function RolesTab({ scope }: { scope: RoleScope }) {
  const isProject = scope !== 'organization'
  const roles = useQuery(isProject ? projectRolesQuery(scope.project) : organizationRolesQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  if (roles.isPending) return <Skeleton rows={3} />
  if (roles.error) return <Failure message={errorText(roles.error)} onRetry={() => void roles.refetch()} />
  return (
    <>
      <Note>{isProject ? words.projectHint : words.hint}</Note>
      <div className={styles.buttons}>
        <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'create' })}>
          {words.create}
        </Button>
      </div>
      <Table
        label={isProject ? text.access.tabs.projectRoles : text.access.tabs.roles}
        head={[words.name, words.slug, words.description, words.kind, '']}
      >
        {roles.data.map((role) => (
          <RoleRow key={role.id} role={role} isProject={isProject} onOpen={setOpen} />
        ))}
      </Table>
      {open?.what === 'create' && <RoleEditor scope={scope} onClose={close} />}
      {open?.what === 'edit' && <RoleEditor scope={scope} role={open.role} onClose={close} />}
      {open?.what === 'duplicate' && <RoleEditor scope={scope} role={open.role} isCopy onClose={close} />}
      {open?.what === 'delete' && <DeleteRole scope={scope} role={open.role} onClose={close} />}
    </>
  )
}

function RoleRow({
  role,
  isProject,
  onOpen,
}: {
  role: Role
  isProject: boolean
  onOpen: (open: Open) => void
}) {
  const builtIn = isBuiltIn(role)
  const allows = builtIn && !isProject ? ORGANIZATION_ALLOWS[role.slug] : undefined
  return (
    <tr>
      <td>{role.name}</td>
      <td>
        <code>{role.slug}</code>
      </td>
      <td>{allows ?? role.description}</td>
      <td>
        <Badge tone={builtIn ? 'plain' : 'accent'}>{builtIn ? words.builtIn : words.custom}</Badge>
      </td>
      <td>
        <RowActions>
          <IconButton
            label={words.duplicate(role.name)}
            icon={<Copy size={16} />}
            onClick={() => onOpen({ what: 'duplicate', role })}
          />
          {!builtIn && (
            <>
              <IconButton
                label={words.edit(role.name)}
                icon={<Pencil size={16} />}
                onClick={() => onOpen({ what: 'edit', role })}
              />
              <IconButton
                label={words.remove(role.name)}
                icon={<Trash2 size={16} />}
                onClick={() => onOpen({ what: 'delete', role })}
              />
            </>
          )}
        </RowActions>
      </td>
    </tr>
  )
}

function DeleteRole({ scope, role, onClose }: { scope: RoleScope; role: Role; onClose: () => void }) {
  const { remove } = useRoleChanges(scope)
  return (
    <Confirm
      title={words.removeTitle(role.name)}
      hint={words.removeHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={problemOf(remove.error)}
      onConfirm={() => remove.mutate(role.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
