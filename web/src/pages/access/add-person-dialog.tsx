import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { projectRolesQuery } from '~/api/identities'
import { organizationPeopleQuery, useProjectPeopleChanges } from '~/api/people'
import { useSession } from '~/api/session'
import { grantsToAdd, RANGES, wireOf } from '~/lib/given-roles'
import { text } from '~/lib/text'
import { SelectField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Note } from '~/ui/page'

const words = text.projectPeople
const VIEWER = 'viewer'

/** Adds somebody of the organization to this project; the least role is chosen already. */
export function AddPersonDialog({
  project,
  added,
  onClose,
}: {
  project: string
  added: string[]
  onClose: () => void
}) {
  const { organizationId } = useSession()
  const people = useQuery(organizationPeopleQuery(organizationId))
  const roles = useQuery(projectRolesQuery(project))
  const { add } = useProjectPeopleChanges(project)
  const [chosen, setChosen] = useState('')
  const [role, setRole] = useState(VIEWER)
  const [range, setRange] = useState('')
  const others = (people.data ?? []).filter((one) => !added.includes(one.userId))
  const person = others.find((one) => one.userId === chosen) ?? others[0]
  const submit = () =>
    person &&
    add.mutate(
      { email: person.email, roles: wireOf(grantsToAdd(role, range), new Date()) },
      { onSuccess: onClose },
    )
  return (
    <FormDialog
      title={words.add}
      onClose={onClose}
      onSubmit={submit}
      submit={words.add}
      cancel={text.common.cancel}
      busy={add.isPending}
      held={!person}
      error={problemOf(people.error ?? add.error)}
    >
      {people.data && !person && <Note>{words.allAdded}</Note>}
      {person && (
        <>
          <SelectField
            label={words.person}
            value={person.userId}
            autoFocus
            onChange={(event) => setChosen(event.target.value)}
          >
            {others.map((one) => (
              <option key={one.id} value={one.userId}>
                {one.name ? `${one.name} (${one.email})` : one.email}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={text.people.role}
            value={role}
            onChange={(event) => setRole(event.target.value)}
          >
            {(roles.data ?? [{ id: VIEWER, slug: VIEWER, name: 'Viewer' }]).map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={text.givenRoles.until}
            value={range}
            onChange={(event) => setRange(event.target.value)}
          >
            <option value="">{text.givenRoles.forGood}</option>
            {RANGES.map((one) => (
              <option key={one} value={one}>
                {text.givenRoles.ranges[one]}
              </option>
            ))}
          </SelectField>
          <Note>{range ? words.endsHint : words.staysHint}</Note>
        </>
      )}
    </FormDialog>
  )
}
