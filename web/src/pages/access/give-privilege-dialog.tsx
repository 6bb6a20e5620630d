import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { projectIdentitiesQuery } from '~/api/identities'
import { projectPeopleQuery } from '~/api/people'
import { type PrivilegeHolder, usePrivilegeChanges } from '~/api/privileges'
import { projectQuery } from '~/api/projects'
import { PROJECT_RESOURCES, parseRules, type Rule, ruleAt } from '~/lib/rules'
import { text } from '~/lib/text'
import { Advanced, SelectField, TextArea, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Note } from '~/ui/page'
import styles from './explain.module.css'
import { RangeField } from './range-field'
import editor from './role-editor.module.css'

const words = text.privileges
const rules = text.roleEditor
const SECRETS = PROJECT_RESOURCES.filter((one) => one.subject === 'secrets').flatMap((one) => one.actions)

/** Gives a person or an identity a right beside the roles: to secrets of a place, or any rules as JSON. */
export function GivePrivilegeDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const holders = useHolders(project)
  const environments = useQuery(projectQuery(project)).data?.environments ?? []
  const { give } = usePrivilegeChanges(project)
  const [actions, setActions] = useState(['describeSecret', 'readValue'])
  const [json, setJson] = useState('')
  const typed = json.trim() ? parseRules(json) : undefined
  const isUnreadable = json.trim() !== '' && typed === undefined
  const submit = (form: FormData) => {
    const of = (name: string) => String(form.get(name) ?? '').trim()
    const holder = holders.find((one) => one.membershipId === of('holder'))
    if (!holder || isUnreadable) return
    const place: Rule = ruleAt({
      subject: 'secrets',
      actions,
      environment: of('environment'),
      path: of('path'),
    })
    give.mutate(
      { holder, slug: of('slug'), range: of('range'), permissions: typed ?? [place] },
      { onSuccess: onClose },
    )
  }
  return (
    <FormDialog
      title={words.giveTitle}
      hint={words.hint}
      submit={words.give}
      cancel={text.common.cancel}
      busy={give.isPending}
      held={holders.length === 0 || isUnreadable || (!typed && actions.length === 0)}
      error={problemOf(give.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      {holders.length === 0 && <Note>{words.nobody}</Note>}
      <div className={styles.fields}>
        <SelectField label={words.member} name="holder" autoFocus>
          {holders.map((one) => (
            <option key={one.membershipId} value={one.membershipId}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <RangeField />
      </div>
      <div className={styles.fields}>
        <SelectField label={rules.environment} name="environment">
          <option value="">{rules.anyEnvironment}</option>
          {environments.map((one) => (
            <option key={one.slug} value={one.slug}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <TextField label={rules.path} name="path" placeholder="/app/**" hint={rules.pathHint} />
      </div>
      <fieldset className={editor.row}>
        <legend className="visually-hidden">{words.allows}</legend>
        <div className={`${editor.part} ${editor.also}`}>
          {SECRETS.map((action) => (
            <label key={action} className={editor.labelled}>
              <input
                type="checkbox"
                checked={actions.includes(action)}
                onChange={(event) =>
                  setActions(
                    event.target.checked ? [...actions, action] : actions.filter((one) => one !== action),
                  )
                }
              />
              {rules.actions[action]}
            </label>
          ))}
        </div>
      </fieldset>
      <Advanced label={words.more}>
        <TextField
          label={words.slug}
          name="slug"
          hint={words.slugHint}
          maxLength={64}
          pattern="[a-z0-9\-]*"
        />
        <TextArea
          label={words.json}
          className={editor.json}
          value={json}
          hint={words.jsonHint}
          error={isUnreadable ? words.badJson : undefined}
          onChange={(event) => setJson(event.target.value)}
        />
      </Advanced>
    </FormDialog>
  )
}

/** The people and identities of a project, by their memberships. */
function useHolders(project: string): PrivilegeHolder[] {
  const people = useQuery(projectPeopleQuery(project)).data ?? []
  const identities = useQuery(projectIdentitiesQuery(project)).data?.identityMemberships ?? []
  return [
    ...people.map((one) => ({
      type: 'user' as const,
      id: one.userId,
      membershipId: one.id,
      name: one.email,
    })),
    ...identities.map((one) => ({
      type: 'identity' as const,
      id: one.identityId,
      membershipId: one.id,
      name: one.identity.name,
    })),
  ]
}
