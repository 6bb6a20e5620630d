import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'

import { errorText } from '~/api/client'
import { type Commit, previewQuery, revertCommit, rollBack, type Scope } from '~/api/history'
import type { Environment } from '~/api/projects'
import { FolderField } from '~/components/folder-field'
import { countKinds, oldestKept, type Step, stepsBack } from '~/lib/going-back'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { CheckField, SelectField, TextField } from '~/ui/field'
import { Note, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './history.module.css'
import { forgetProject, MESSAGE_MAX } from './revert-dialog'

/** More would be too long to read; the count says how many there are. */
const STEPS_SHOWN = 200
const TONES = { create: 'success', update: 'warning', delete: 'danger' } as const

/** Brings a folder or the project back to what it was after a commit, and shows before what that changes. */
export function RestoreDialog(props: {
  project: string
  commit: Commit
  environments: Environment[]
  onClose: () => void
}) {
  const { project, commit, environments, onClose } = props
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const first = commit.changes.find((change) => change.environment && change.secretPath)
  const [scope, setScope] = useState<Scope>({
    what: 'folder',
    environment: first?.environment ?? environments[0]?.slug ?? '',
    folder: first?.secretPath ?? '/',
    deep: true,
  })
  const preview = useQuery(previewQuery(project, commit.id, scope))
  const steps = preview.data ? stepsBack(preview.data) : []
  const isGone = scope.what === 'folder' && preview.data?.every(({ comparison }) => !comparison.wasThere)

  const undo = (made: string) =>
    revertCommit(project, made).then(
      () => {
        void forgetProject(client, project)
        toast(text.revert.done)
      },
      (error) => toast(errorText(error), { tone: 'danger' }),
    )
  const restore = useMutation({
    mutationFn: (message: string) => rollBack(project, commit.id, scope, message),
    onSuccess: ({ commitId }) => {
      void forgetProject(client, project)
      onClose()
      if (!commitId) return toast(text.restore.nothing)
      toast(text.restore.done, { action: { label: text.restore.undo, run: () => void undo(commitId) } })
      navigate(paths.commit(project, commitId))
    },
  })
  return (
    <Dialog
      title={text.restore.title(commit.revision)}
      hint={text.restore.hint}
      shape="sheet"
      onClose={onClose}
      onSubmit={(form) => restore.mutate(String(form.get('message')).trim())}
      footer={
        <>
          <div className={styles.footMessage}>
            <TextField label={text.restore.message} name="message" maxLength={MESSAGE_MAX} />
          </div>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button
            type="submit"
            look="primary"
            busy={restore.isPending}
            disabled={!steps.length || preview.isFetching || Boolean(preview.error)}
          >
            {text.restore.submit(steps.length)}
          </Button>
        </>
      }
    >
      {restore.error && (
        <div role="alert">
          <Note tone="danger">{errorText(restore.error)}</Note>
        </div>
      )}
      <ScopeFields scope={scope} environments={environments} onChange={setScope} />
      <section className={styles.preview} aria-label={text.restore.preview} aria-live="polite">
        <h3>
          {text.restore.preview}
          {steps.length > 0 && <span> {text.restore.counts(countKinds(steps))}</span>}
        </h3>
        {preview.isPending && <Skeleton rows={4} />}
        {preview.error && <Refusal message={errorText(preview.error)} />}
        {isGone && <Note tone="warning">{text.restore.notThere}</Note>}
        {preview.data && !isGone && !steps.length && <Note>{text.restore.nothing}</Note>}
        {steps.length > 0 && <Steps steps={steps} />}
      </section>
    </Dialog>
  )
}

function Refusal({ message }: { message: string }) {
  const oldest = oldestKept(message)
  return <Note tone="warning">{oldest === undefined ? message : text.restore.notKept(oldest)}</Note>
}

function Steps({ steps }: { steps: Step[] }) {
  return (
    <ul className={styles.list}>
      {steps.slice(0, STEPS_SHOWN).map((step) => (
        <li
          key={`${step.what}${step.environment}${step.path}${step.name}${step.kind}`}
          className={styles.step}
        >
          <Badge tone={TONES[step.kind]}>{text.restore[step.kind]}</Badge>
          <code>{step.name}</code>
          <span className={styles.soft}>
            {text.commit.kinds[step.what]} {step.environment}:{step.path}
          </span>
        </li>
      ))}
      {steps.length > STEPS_SHOWN && (
        <li className={styles.step}>{text.restore.some(steps.length - STEPS_SHOWN)}</li>
      )}
    </ul>
  )
}

function ScopeFields({
  scope,
  environments,
  onChange,
}: {
  scope: Scope
  environments: Environment[]
  onChange: (scope: Scope) => void
}) {
  const folder: Scope & { what: 'folder' } =
    scope.what === 'folder'
      ? scope
      : { what: 'folder', environment: environments[0]?.slug ?? '', folder: '/', deep: true }
  return (
    <div className={styles.scope}>
      <SelectField
        label={text.restore.scope}
        value={scope.what}
        onChange={(event) => onChange(event.target.value === 'project' ? { what: 'project' } : folder)}
      >
        <option value="folder">{text.restore.folder}</option>
        <option value="project">{text.restore.project}</option>
      </SelectField>
      {scope.what === 'folder' && (
        <>
          <SelectField
            label={text.restore.environment}
            value={scope.environment}
            onChange={(event) => onChange({ ...scope, environment: event.target.value })}
          >
            {environments.map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <FolderField
            label={text.restore.path}
            folder={scope.folder}
            onChange={(path) => onChange({ ...scope, folder: path })}
          />
          <CheckField
            label={text.restore.deep}
            checked={scope.deep}
            onChange={(event) => onChange({ ...scope, deep: event.target.checked })}
          />
        </>
      )}
    </div>
  )
}
