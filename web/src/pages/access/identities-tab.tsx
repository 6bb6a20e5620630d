import { useQuery } from '@tanstack/react-query'
import { Bot, KeyRound, Lock, Plus, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import { errorText } from '~/api/client'
import {
  identitiesQuery,
  type OrganizationIdentity,
  organizationRolesQuery,
  useChangeIdentity,
  useDeleteIdentity,
} from '~/api/identities'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { CopyIcon } from '~/ui/copy'
import { EmptyState, Failure, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './access.module.css'
import { ClientSecretDialog } from './client-secret-dialog'
import { CreateIdentityDialog } from './create-identity-dialog'
import { UniversalAuthDialog } from './universal-auth-dialog'

const AuthMethodsSheet = lazy(() => import('./auth-methods/auth-methods-sheet'))

type Named = { id: string; name: string }
type Open = { what: 'create' } | { what: 'auth' | 'methods' | 'secret' | 'delete'; identity: Named }

/** The machine identities of the organization, with all that the quick start does to them. */
export function IdentitiesTab({ organization }: { organization: string }) {
  const [search, setSearch] = useState('')
  const [open, setOpen] = useState<Open>()
  const identities = useQuery(identitiesQuery(organization, search))
  const found = identities.data?.identityMemberships ?? []
  const close = () => setOpen(undefined)
  const create = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'create' })}>
      {text.identities.create}
    </Button>
  )
  const shown = open?.what === 'methods' && found.find((one) => one.identity.id === open.identity.id)
  const isEmpty = identities.data?.totalCount === 0 && !search

  return (
    <>
      {!isEmpty && (
        <div className={styles.tools}>
          <input
            type="search"
            aria-label={text.access.search}
            placeholder={text.access.search}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          {create}
        </div>
      )}
      {identities.isPending && <Skeleton rows={4} />}
      {identities.error && (
        <Failure message={errorText(identities.error)} onRetry={() => void identities.refetch()} />
      )}
      {isEmpty && (
        <EmptyState
          icon={<Bot size={22} />}
          title={text.identities.emptyTitle}
          hint={text.identities.emptyHint}
        >
          {create}
        </EmptyState>
      )}
      {identities.data && !isEmpty && found.length === 0 && <EmptyState title={text.identities.noMatch} />}
      {found.length > 0 && (
        <Table
          label={text.access.tabs.identities}
          head={[
            text.identities.name,
            text.identities.role,
            text.identities.auth,
            text.identities.lastLogin,
            '',
          ]}
        >
          {found.map((one) => (
            <IdentityRow key={one.id} membership={one} onOpen={setOpen} />
          ))}
        </Table>
      )}
      {open?.what === 'create' && (
        <CreateIdentityDialog
          organization={organization}
          onCreated={(identity) => setOpen({ what: 'auth', identity })}
          onClose={close}
        />
      )}
      {open?.what === 'auth' && <UniversalAuthDialog identity={open.identity} isNew onClose={close} />}
      {shown && (
        <Suspense fallback={null}>
          <AuthMethodsSheet membership={shown} onClose={close} />
        </Suspense>
      )}
      {open?.what === 'secret' && <ClientSecretDialog identity={open.identity} onClose={close} />}
      {open?.what === 'delete' && <DeleteIdentity identity={open.identity} onClose={close} />}
    </>
  )
}

function IdentityRow({
  membership,
  onOpen,
}: {
  membership: OrganizationIdentity
  onOpen: (open: Open) => void
}) {
  const { id, name, authMethods } = membership.identity
  const identity = { id, name }
  const hasUniversal = authMethods.includes('universal-auth')
  return (
    <tr>
      <td>
        <span className={styles.name}>
          {name} <CopyIcon text={id} what={`${text.identities.id} of ${name}`} />
        </span>
      </td>
      <td>
        <RoleSelect identity={identity} role={membership.customRole?.slug ?? membership.role} />
      </td>
      <td>
        {authMethods.map((one) => text.identities.methods[one] ?? one).join(', ') || text.identities.noAuth}
      </td>
      <td title={membership.lastLoginTime ? fullTime(membership.lastLoginTime) : undefined}>
        {membership.lastLoginTime ? timeAgo(membership.lastLoginTime) : text.identities.never}
      </td>
      <td>
        <RowActions>
          {hasUniversal && (
            <IconButton
              label={`${text.identities.keys} ${name}`}
              icon={<KeyRound size={16} />}
              onClick={() => onOpen({ what: 'secret', identity })}
            />
          )}
          <IconButton
            label={`${text.identities.authOf} ${name}`}
            icon={<Lock size={16} />}
            onClick={() => onOpen({ what: 'methods', identity })}
          />
          <IconButton
            label={`${text.identities.remove} ${name}`}
            icon={<Trash2 size={16} />}
            onClick={() => onOpen({ what: 'delete', identity })}
          />
        </RowActions>
      </td>
    </tr>
  )
}

/** Changes the role at once; the toast can take it back. */
function RoleSelect({ identity, role }: { identity: Named; role: string }) {
  const roles = useQuery(organizationRolesQuery)
  const change = useChangeIdentity()
  const nameOf = (slug: string) => roles.data?.find((one) => one.slug === slug)?.name ?? slug
  const set = (to: string, before?: string) =>
    change.mutate(
      { id: identity.id, role: to },
      {
        onSuccess: () =>
          toast(
            text.identities.roleChanged(identity.name, nameOf(to)),
            before ? { action: { label: text.pending.undo, run: () => set(before) } } : {},
          ),
        onError: (error) => toast(errorText(error), { tone: 'danger' }),
      },
    )
  return (
    <select
      className={styles.role}
      aria-label={text.identities.roleOf(identity.name)}
      value={role}
      onChange={(event) => set(event.target.value, role)}
    >
      {(roles.data ?? [{ id: role, slug: role, name: role }]).map((one) => (
        <option key={one.id} value={one.slug}>
          {one.name}
        </option>
      ))}
    </select>
  )
}

function DeleteIdentity({ identity, onClose }: { identity: Named; onClose: () => void }) {
  const remove = useDeleteIdentity()
  return (
    <Confirm
      title={text.identities.removeTitle(identity.name)}
      hint={text.identities.removeHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      typed={{ name: identity.name, label: text.confirm.type(identity.name) }}
      busy={remove.isPending}
      error={remove.error ? errorText(remove.error) : undefined}
      onConfirm={() => remove.mutate(identity.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
