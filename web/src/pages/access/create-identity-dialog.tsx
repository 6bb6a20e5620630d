import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { organizationRolesQuery, useCreateIdentity } from '~/api/identities'
import { text } from '~/lib/text'
import { SelectField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'

const NO_ACCESS = 'no-access'

/** Makes an identity that may do nothing yet, unless somebody chooses otherwise. */
export function CreateIdentityDialog({
  organization,
  onCreated,
  onClose,
}: {
  organization: string
  onCreated: (identity: { id: string; name: string }) => void
  onClose: () => void
}) {
  const roles = useQuery(organizationRolesQuery)
  const create = useCreateIdentity()
  const [role, setRole] = useState(NO_ACCESS)
  const submit = (form: FormData) =>
    create.mutate(
      { name: String(form.get('name')).trim(), role, organizationId: organization },
      { onSuccess: (identity) => onCreated({ id: identity.id, name: identity.name }) },
    )
  return (
    <FormDialog
      title={text.createIdentity.title}
      onClose={onClose}
      onSubmit={submit}
      submit={text.createIdentity.submit}
      cancel={text.common.cancel}
      busy={create.isPending}
      error={problemOf(create.error)}
    >
      <TextField
        label={text.createIdentity.name}
        name="name"
        placeholder={text.createIdentity.placeholder}
        maxLength={255}
        required
        autoFocus
      />
      <SelectField
        label={text.createIdentity.role}
        value={role}
        hint={role === NO_ACCESS ? text.createIdentity.noAccess : text.createIdentity.otherRole}
        onChange={(event) => setRole(event.target.value)}
      >
        {(roles.data ?? [{ id: NO_ACCESS, slug: NO_ACCESS, name: 'No Access' }]).map((one) => (
          <option key={one.id} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  )
}
