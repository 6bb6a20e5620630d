import { useQuery } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { projectRolesQuery } from '~/api/identities'
import { type GivenRole, type Grant, grantsOf, RANGES, type WireGrant, wireOf } from '~/lib/given-roles'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { SelectField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import styles from './access.module.css'

const words = text.givenRoles
/** The choice of an end that is kept as it was. */
const KEPT = 'kept'
const VIEWER = 'viewer'

/** The roles of a member of a project: several, each for good or for a while. */
export function MemberRolesDialog({
  project,
  name,
  roles,
  busy,
  error,
  onSave,
  onClose,
}: {
  project: string
  name: string
  roles: GivenRole[]
  busy: boolean
  error: string | undefined
  onSave: (roles: WireGrant[]) => void
  onClose: () => void
}) {
  const found = useQuery(projectRolesQuery(project))
  const [grants, setGrants] = useState(() => grantsOf(roles, new Date()))
  const choices = found.data ?? grants.map((one) => ({ slug: one.role, name: one.role }))
  return (
    <FormDialog
      title={words.title(name)}
      hint={words.hint}
      onClose={onClose}
      onSubmit={() => onSave(wireOf(grants, new Date()))}
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={busy}
      held={grants.length === 0}
      error={error}
    >
      {grants.map((grant, index) => (
        <GrantFields
          // biome-ignore lint/suspicious/noArrayIndexKey: what is given has no other name than its place
          key={index}
          number={index + 1}
          grant={grant}
          choices={choices}
          onChange={(next) => setGrants(grants.with(index, next))}
          onRemove={() => setGrants(grants.toSpliced(index, 1))}
        />
      ))}
      <div>
        <Button icon={<Plus size={16} />} onClick={() => setGrants([...grants, { role: VIEWER, range: '' }])}>
          {words.add}
        </Button>
      </div>
    </FormDialog>
  )
}

function GrantFields({
  number,
  grant,
  choices,
  onChange,
  onRemove,
}: {
  number: number
  grant: Grant
  choices: { slug: string; name: string }[]
  onChange: (grant: Grant) => void
  onRemove: () => void
}) {
  const chooseEnd = (chosen: string) => {
    if (chosen !== KEPT) onChange({ role: grant.role, range: chosen })
  }
  return (
    <fieldset className={styles.grant}>
      <legend className="visually-hidden">{words.number(number)}</legend>
      <SelectField
        label={words.role}
        value={grant.role}
        onChange={(event) => onChange({ ...grant, role: event.target.value })}
      >
        {choices.map((one) => (
          <option key={one.slug} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={words.until}
        value={grant.start ? KEPT : grant.range}
        onChange={(event) => chooseEnd(event.target.value)}
      >
        <option value="">{words.forGood}</option>
        {RANGES.map((range) => (
          <option key={range} value={range}>
            {words.ranges[range]}
          </option>
        ))}
        {grant.start && <option value={KEPT}>{words.kept(grant.range)}</option>}
      </SelectField>
      <IconButton label={words.remove(number)} icon={<Trash2 size={16} />} onClick={onRemove} />
    </fieldset>
  )
}
