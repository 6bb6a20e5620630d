import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, errorText, type Issue } from '~/api/client'
import type { Role } from '~/api/identities'
import { type RoleScope, roleQuery, useRoleChanges } from '~/api/roles'
import { ROLE_TEMPLATES } from '~/lib/role-templates'
import {
  type Draft,
  draftOf,
  ORGANIZATION_RESOURCES,
  PROJECT_RESOURCES,
  parseRules,
  placeOfRule,
  type Rule,
  rulesOf,
  showRules,
} from '~/lib/rules'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { TextArea, TextField } from '~/ui/field'
import { FormProblem } from '~/ui/form'
import { Failure, Skeleton } from '~/ui/page'
import styles from './role-editor.module.css'
import { RoleMeaning } from './role-preview'
import { AllowTable, PlaceRows } from './role-rules'

const words = text.roleEditor

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

type EditorProps = { scope: RoleScope; role?: Role; isCopy?: boolean; onClose: () => void }

/** Makes a role, changes `role`, or starts a new one from its rules if `isCopy`. */
export function RoleEditor({ scope, role, isCopy = false, onClose }: EditorProps) {
  const found = useQuery({ ...roleQuery(scope, role?.slug ?? ''), enabled: role !== undefined })
  const title = role && !isCopy ? words.editTitle(role.name) : words.createTitle
  if (!role) return <EditorForm scope={scope} title={title} start={EMPTY} onClose={onClose} />
  if (!found.data) {
    return (
      <Dialog title={title} shape="wide" onClose={onClose}>
        {found.error ? <Failure message={errorText(found.error)} /> : <Skeleton rows={6} />}
      </Dialog>
    )
  }
  const { id, permissions } = found.data
  const start: Start = isCopy
    ? { name: words.copyOf(role.name), slug: slugOf(words.copyOf(role.name)), description: '', permissions }
    : { id, name: role.name, slug: role.slug, description: role.description ?? '', permissions }
  return <EditorForm scope={scope} title={title} start={start} onClose={onClose} />
}

type Start = { id?: string; name: string; slug: string; description: string; permissions: Rule[] }
const EMPTY: Start = { name: '', slug: '', description: '', permissions: [] }

function EditorForm({
  scope,
  title,
  start,
  onClose,
}: {
  scope: RoleScope
  title: string
  start: Start
  onClose: () => void
}) {
  const { save } = useRoleChanges(scope)
  const resources = scope === 'organization' ? ORGANIZATION_RESOURCES : PROJECT_RESOURCES
  const [name, setName] = useState(start.name)
  const [slug, setSlug] = useState(start.slug)
  const [description, setDescription] = useState(start.description)
  const [draft, setDraft] = useState(() => draftOf(start.permissions, resources))
  /** What is typed in the JSON view; undefined in the form. */
  const [json, setJson] = useState<string>()
  const typed = json === undefined ? undefined : parseRules(json)
  const isUnreadable = json !== undefined && typed === undefined
  const issues = save.error instanceof ApiError ? save.error.issues : []
  const at = (field: string) => issues.find((issue) => issue.path[0] === field)?.message
  const wrongRules = issues.filter((issue) => issue.path[0] === 'permissions')
  const isShownAtPlace = issues.length > 0 && issues.every((issue) => PLACES.includes(String(issue.path[0])))

  const change = (next: Draft) => {
    save.reset()
    setDraft(next)
  }
  const showForm = () => {
    if (!typed) return
    change(draftOf(typed, resources))
    setJson(undefined)
  }
  const submit = () => {
    if (isUnreadable) return
    const permissions = typed ?? rulesOf(draft, resources)
    save.mutate({ id: start.id, name: name.trim(), slug, description, permissions }, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={title}
      shape="wide"
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" busy={save.isPending} disabled={isUnreadable}>
            {text.common.save}
          </Button>
        </>
      }
    >
      <FormProblem error={save.error && !isShownAtPlace ? errorText(save.error) : undefined} />
      <div className={styles.names}>
        <TextField
          label={words.name}
          value={name}
          error={at('name')}
          required
          autoFocus
          onChange={(event) => {
            setName(event.target.value)
            // The slug follows the name until somebody gives it one of its own.
            if (!start.id && slug === slugOf(name)) setSlug(slugOf(event.target.value))
          }}
        />
        <TextField
          label={words.slug}
          value={slug}
          hint={words.slugHint}
          error={at('slug')}
          maxLength={64}
          pattern="[a-z0-9\-]+"
          required
          onChange={(event) => setSlug(event.target.value)}
        />
      </div>
      <TextField
        label={words.description}
        value={description}
        error={at('description')}
        onChange={(event) => setDescription(event.target.value)}
      />
      <div className={styles.tools}>
        {scope !== 'organization' && !start.id && (
          // biome-ignore lint/a11y/useSemanticElements: these are buttons, not fields of a form
          <div role="group" aria-label={words.startFrom} className={styles.choice}>
            <span>{words.startFrom}</span>
            {ROLE_TEMPLATES.map((one) => (
              <Button
                key={one.key}
                look="quiet"
                onClick={() => {
                  setJson(undefined)
                  change(draftOf(one.rules, resources))
                }}
              >
                {words.templates[one.key]}
              </Button>
            ))}
          </div>
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: these are buttons, not fields of a form */}
        <div role="group" aria-label={words.view} className={styles.choice}>
          <Button look="quiet" aria-pressed={json === undefined} disabled={isUnreadable} onClick={showForm}>
            {words.form}
          </Button>
          <Button
            look="quiet"
            aria-pressed={json !== undefined}
            onClick={() => setJson((before) => before ?? showRules(rulesOf(draft, resources)))}
          >
            {words.json}
          </Button>
        </div>
      </div>
      {json === undefined ? (
        <>
          <AllowTable
            resources={resources}
            draft={draft}
            isProject={scope !== 'organization'}
            onChange={change}
          />
          {scope !== 'organization' && (
            <PlaceRows
              project={scope.project}
              draft={draft}
              problemOf={(row) => problemOfRow(draft, wrongRules, row)}
              onChange={change}
            />
          )}
          <FormProblem error={problemOfTicks(draft, wrongRules)} />
        </>
      ) : (
        <TextArea
          label={words.rules}
          className={styles.json}
          value={json}
          error={isUnreadable ? words.badJson : wrongRules.map(described).join(' ') || undefined}
          onChange={(event) => {
            save.reset()
            setJson(event.target.value)
          }}
        />
      )}
      <RoleMeaning
        scope={scope}
        role={start.id ? start.slug : undefined}
        rules={json === undefined ? rulesOf(draft, resources) : typed}
      />
    </Dialog>
  )

  function problemOfRow(from: Draft, wrong: Issue[], row: number) {
    const issue = wrong.find((one) => placeOfRule(from, resources, Number(one.path[1])).row === row)
    return issue && described(issue)
  }
  function problemOfTicks(from: Draft, wrong: Issue[]) {
    const issue = wrong.find((one) => placeOfRule(from, resources, Number(one.path[1])).row === undefined)
    return issue && described(issue)
  }
}

const PLACES = ['name', 'slug', 'description', 'permissions']

const described = ({ path, message }: Issue) =>
  path.length > 2 ? words.wrongAt(path.slice(2).join('.'), message) : message
