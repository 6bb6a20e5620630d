import { useState } from 'react'

import { asksFor, problemOf } from '~/api/client'
import { type Passkey, useAddPasskey, useRemovePasskey, useRenamePasskey } from '~/api/passkeys'
import { deviceName } from '~/lib/device'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { toast } from '~/ui/toast'

/** The greatest length of a name, as the server's. */
const NAME_MAX = 64

/** Names a new passkey; then the browser makes it. */
export function AddPasskeyDialog({
  onAdded,
  onClose,
}: {
  /** Gets recovery codes to show, if there are new ones. */
  onAdded: (recoveryCodes: string[]) => void
  onClose: () => void
}) {
  const add = useAddPasskey()
  const locked = useLocked(add.error)
  return (
    <FormDialog
      title={text.passkeys.add}
      hint={text.passkeys.addHint}
      submit={text.passkeys.add}
      cancel={text.common.cancel}
      busy={add.isPending}
      error={locked.problem}
      onSubmit={(form) =>
        add.mutate(
          { name: String(form.get('name')).trim(), password: passwordOf(form) },
          {
            onSuccess: ({ recoveryCodes }) => {
              toast(text.passkeys.added)
              onAdded(recoveryCodes)
            },
          },
        )
      }
      onClose={onClose}
    >
      <TextField
        label={text.passkeys.name}
        hint={text.passkeys.nameHint}
        name="name"
        defaultValue={deviceName(navigator.userAgent)}
        maxLength={NAME_MAX}
        required
        autoFocus
      />
      {locked.asks && <PasswordField />}
    </FormDialog>
  )
}

/** Gives a passkey another name. */
export function RenamePasskeyDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const rename = useRenamePasskey()
  return (
    <FormDialog
      title={text.passkeys.renameTitle}
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={rename.isPending}
      error={problemOf(rename.error)}
      onSubmit={(form) =>
        rename.mutate(
          { id: passkey.id, name: String(form.get('name')).trim() },
          {
            onSuccess: () => {
              toast(text.settings.saved)
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    >
      <TextField
        label={text.passkeys.name}
        name="name"
        defaultValue={passkey.name}
        maxLength={NAME_MAX}
        required
        autoFocus
      />
    </FormDialog>
  )
}

/** Removes a passkey. */
export function RemovePasskeyDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const remove = useRemovePasskey()
  const locked = useLocked(remove.error)
  return (
    <FormDialog
      title={text.passkeys.removeTitle(passkey.name)}
      hint={text.passkeys.removeHint}
      submit={text.passkeys.remove}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={locked.problem}
      onSubmit={(form) =>
        remove.mutate(
          { id: passkey.id, password: passwordOf(form) },
          {
            onSuccess: () => {
              toast(text.passkeys.removed)
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    >
      {locked.asks && <PasswordField />}
    </FormDialog>
  )
}

/** Whether the server asked for the password, then or before; that alone is no problem to show. */
function useLocked(error: unknown) {
  const [asked, setAsked] = useState(false)
  const asks = asksFor(error, 'password_required')
  if (asks && !asked) setAsked(true)
  return { asks: asked || asks, problem: asks ? undefined : problemOf(error) }
}

const passwordOf = (form: FormData) => (form.has('password') ? String(form.get('password')) : undefined)

const PasswordField = () => (
  <TextField
    label={text.passkeys.password}
    hint={text.passkeys.passwordHint}
    name="password"
    type="password"
    autoComplete="current-password"
    required
    autoFocus
  />
)
