import { ShieldMinus, ShieldPlus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { type InstanceUser, useInstanceChanges } from '~/api/admin'
import { errorText, problemOf } from '~/api/client'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { RowActions } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './admin.module.css'
import { SearchedList } from './searched-list'

const words = text.admin

type Open = { what: 'make' | 'delete'; user: InstanceUser }
const nameOf = (user: InstanceUser) => [user.firstName, user.lastName].filter(Boolean).join(' ')

/** The people of the server. */
export function UsersPart({ me }: { me: string }) {
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  return (
    <>
      <SearchedList
        kind="users"
        head={[text.people.name, text.people.email, text.people.role, '']}
        rows={({ users }) =>
          users.map((user) => (
            <Row key={user.id} user={user} isMe={user.id === me} onOpen={(what) => setOpen({ what, user })} />
          ))
        }
      />
      {open?.what === 'make' && <MakeAdmin user={open.user} onClose={close} />}
      {open?.what === 'delete' && <DeleteUser user={open.user} onClose={close} />}
    </>
  )
}

/** Nobody takes their own place here. */
function Row({
  user,
  isMe,
  onOpen,
}: {
  user: InstanceUser
  isMe: boolean
  onOpen: (what: Open['what']) => void
}) {
  const { setAdmin } = useInstanceChanges()
  const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })
  return (
    <tr>
      <td>{nameOf(user)}</td>
      <td>{user.email}</td>
      <td>
        <span className={styles.badges}>
          {user.superAdmin && <Badge tone="accent">{words.administrator}</Badge>}
          {isMe && <Badge>{words.you}</Badge>}
          {!user.isAccepted && <Badge tone="warning">{words.invited}</Badge>}
        </span>
      </td>
      <td>
        {!isMe && (
          <RowActions>
            {user.superAdmin && (
              <IconButton
                label={words.revoke(user.email)}
                icon={<ShieldMinus size={16} />}
                onClick={() => setAdmin.mutate({ id: user.id, isAdmin: false }, { onError: failed })}
              />
            )}
            {!user.superAdmin && user.isAccepted && (
              <IconButton
                label={words.make(user.email)}
                icon={<ShieldPlus size={16} />}
                onClick={() => onOpen('make')}
              />
            )}
            <IconButton
              label={words.delete(user.email)}
              icon={<Trash2 size={16} />}
              onClick={() => onOpen('delete')}
            />
          </RowActions>
        )}
      </td>
    </tr>
  )
}

type DialogProps = { user: InstanceUser; onClose: () => void }

function MakeAdmin({ user, onClose }: DialogProps) {
  const { setAdmin } = useInstanceChanges()
  return (
    <Confirm
      title={words.makeTitle(user.email)}
      hint={words.makeHint}
      verb={words.makeVerb}
      cancel={text.common.cancel}
      busy={setAdmin.isPending}
      error={problemOf(setAdmin.error)}
      onConfirm={() => setAdmin.mutate({ id: user.id, isAdmin: true }, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}

function DeleteUser({ user, onClose }: DialogProps) {
  const { deleteUser } = useInstanceChanges()
  return (
    <Confirm
      title={words.deleteTitle(user.email)}
      hint={words.deleteHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      typed={{ name: user.email, label: text.confirm.type(user.email) }}
      busy={deleteUser.isPending}
      error={problemOf(deleteUser.error)}
      onConfirm={() => deleteUser.mutate(user.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
