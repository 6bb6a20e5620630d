import { useDetachAuthMethod } from '~/api/auth-methods'
import { problemOf } from '~/api/client'
import type { OrganizationIdentity } from '~/api/identities'
import { timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Confirm } from '~/ui/confirm'
import { Note } from '~/ui/page'
import { toast } from '~/ui/toast'

/** Asks before a method is detached: whatever logs in by it stops working. */
export function DetachDialog({
  membership,
  method,
  onClose,
}: {
  membership: OrganizationIdentity
  method: string
  onClose: () => void
}) {
  const { identity, lastLoginAuthMethod, lastLoginTime } = membership
  const detach = useDetachAuthMethod(identity.id)
  const title = text.identities.methods[method] ?? method
  const detached = () => {
    toast(words.detached(title, identity.name))
    onClose()
  }
  return (
    <Confirm
      title={words.detachTitle(title, identity.name)}
      hint={words.detachHint}
      verb={words.detach}
      cancel={text.common.cancel}
      typed={{ name: identity.name, label: text.confirm.type(identity.name) }}
      busy={detach.isPending}
      error={problemOf(detach.error)}
      // Once it is detached this dialog may be off the page, so the mutation's own callback might not run.
      onConfirm={() => void detach.mutateAsync(method).then(detached, () => undefined)}
      onClose={onClose}
    >
      {lastLoginTime && lastLoginAuthMethod === method && (
        <Note tone="warning">{words.lastLoginBy(timeAgo(lastLoginTime))}</Note>
      )}
    </Confirm>
  )
}
