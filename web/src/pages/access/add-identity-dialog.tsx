import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { identitiesQuery, projectRolesQuery, useProjectIdentityChanges } from '~/api/identities'
import type { Environment } from '~/api/projects'
import { useSession } from '~/api/session'
import { text } from '~/lib/text'
import { SelectField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Note } from '~/ui/page'

const VIEWER = 'viewer'

/** Gives an identity of the organization a role in this project; the least one is chosen already. */
export function AddIdentityDialog({
  project,
  environments,
  added,
  onClose,
}: {
  project: string
  environments: Environment[]
  added: string[]
  onClose: () => void
}) {
  const { organizationId } = useSession()
  const identities = useQuery(identitiesQuery(organizationId))
  const roles = useQuery(projectRolesQuery(project))
  const { add } = useProjectIdentityChanges(project)
  const [chosen, setChosen] = useState('')
  const [role, setRole] = useState(VIEWER)
  const others = (identities.data?.identityMemberships ?? []).filter((one) => !added.includes(one.identityId))
  const identity = others.find((one) => one.identityId === chosen) ?? others[0]
  const names = environments.map((one) => one.name).join(', ')

  return (
    <FormDialog
      title={text.projectIdentities.submit}
      onClose={onClose}
      onSubmit={() => identity && add.mutate({ identity: identity.identityId, role }, { onSuccess: onClose })}
      submit={text.projectIdentities.submit}
      cancel={text.common.cancel}
      busy={add.isPending}
      held={!identity}
      error={problemOf(add.error)}
    >
      {identities.data && !identity && <Note>{text.projectIdentities.allAdded}</Note>}
      {identity && (
        <>
          <SelectField
            label={text.projectIdentities.identity}
            value={identity.identityId}
            autoFocus
            onChange={(event) => setChosen(event.target.value)}
          >
            {others.map((one) => (
              <option key={one.id} value={one.identityId}>
                {one.identity.name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={text.projectIdentities.role}
            value={role}
            onChange={(event) => setRole(event.target.value)}
          >
            {(roles.data ?? [{ id: VIEWER, slug: VIEWER, name: 'Viewer' }]).map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <Note>{text.projectIdentities.grants(identity.identity.name, role, names)}</Note>
        </>
      )}
    </FormDialog>
  )
}
