import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { authMethodQuery, useSaveAuthMethod } from '~/api/auth-methods'
import { ApiError, errorText, problemOf } from '~/api/client'
import { counts, draftOf, placeIssues, readDraft, valueIn } from '~/lib/auth-methods/draft'
import type { AuthMethod, Draft, DraftValue, Field, Settings } from '~/lib/auth-methods/method'
import { TOKEN_FIELDS } from '~/lib/auth-methods/tables/tokens'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Dialog } from '~/ui/dialog'
import { Advanced, SelectField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Failure, Note, Skeleton } from '~/ui/page'
import styles from './auth-methods.module.css'
import { MethodField } from './method-field'

type Common = {
  identity: { id: string; name: string }
  method: AuthMethod
  onSaved: () => void
  onClose: () => void
}

/** Attaches an auth method to an identity. */
export const AttachForm = (props: Common) => <MethodForm {...props} stored={[]} />

/** Changes an auth method of an identity. */
export function ChangeForm(props: Common) {
  const found = useQuery(authMethodQuery(props.identity.id, props.method))
  // What somebody types is not overwritten when the settings are read again meanwhile.
  const [first, setFirst] = useState(found.data)
  if (found.data && !first) setFirst(found.data)
  if (first) return <MethodForm {...props} settings={first.settings} stored={first.stored} />
  return (
    <Dialog title={text.identities.methods[props.method.name] ?? ''} shape="sheet" onClose={props.onClose}>
      {found.error ? <Failure message={errorText(found.error)} /> : <Skeleton rows={6} />}
    </Dialog>
  )
}

function MethodForm({
  identity,
  method,
  settings,
  stored,
  onSaved,
  onClose,
}: Common & { settings?: Settings; stored: string[] }) {
  const main = method.fields.filter(({ advanced }) => !advanced)
  const others = [...method.fields.filter(({ advanced }) => advanced), ...TOKEN_FIELDS]
  const fields = [...main, ...others]
  const isNew = !settings
  const save = useSaveAuthMethod(identity.id, method, isNew)
  const [draft, setDraft] = useState<Draft>(() => draftOf(fields, settings))
  const [examples, setExamples] = useState<Record<string, string>>({})
  const { body, problems, error, attempt, touch } = useProblems(fields, draft, save.error)
  const set = (name: string, value: DraftValue) => {
    touch(name)
    setDraft((before) => ({ ...before, [name]: value }))
  }
  const lines = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (save.error) lines.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [save.error])
  const warning = method.warning?.(draft)
  const hasPresets = isNew && method.presets !== undefined

  const show = (shown: readonly Field[]) =>
    shown
      .filter((field) => counts(field, draft))
      .map((field) => (
        <MethodField
          key={field.name}
          field={field}
          autoFocus={field === main[0] && !hasPresets}
          value={valueIn(draft, field)}
          problem={problems[field.name]}
          example={examples[field.name] ?? field.example}
          isStored={stored.includes(field.name)}
          onChange={(value) => set(field.name, value)}
        />
      ))
  return (
    <FormDialog
      title={text.identities.methods[method.name] ?? method.name}
      hint={method.about}
      shape="sheet"
      onClose={onClose}
      onSubmit={() => attempt() && save.mutate(body, { onSuccess: onSaved })}
      submit={isNew ? words.attach : text.common.save}
      cancel={text.common.cancel}
      busy={save.isPending}
      error={error}
      isFilled={method.fields.length === 0}
    >
      <div ref={lines} className={styles.stack}>
        {hasPresets && (
          <Presets
            method={method}
            onChoose={(values, itsExamples) => {
              setDraft((before) => ({ ...before, ...values }))
              setExamples(itsExamples)
            }}
          />
        )}
        {show(main)}
        <div role="status">{warning && <Note tone="warning">{warning}</Note>}</div>
        {main.length === 0 ? (
          show(others)
        ) : (
          <Advanced open={others.some(({ name }) => problems[name])}>{show(others)}</Advanced>
        )}
      </div>
    </FormDialog>
  )
}

/** Kinds of fields that say at once what is wrong; others are judged when the form is sent. */
const AT_ONCE = ['seconds', 'number', 'addresses']

/** What is wrong at which field: what the page finds, and what the server said until the field is changed. */
function useProblems(fields: readonly Field[], draft: Draft, failure: Error | null) {
  const [hasTried, setTried] = useState(false)
  const [touched, setTouched] = useState<string[]>([])
  const { body, problems: own } = readDraft(fields, draft)
  const issues = failure instanceof ApiError ? failure.issues : []
  const placed = placeIssues(fields, draft, issues)
  const problems: Record<string, string | undefined> = {}
  for (const { name, kind } of fields) {
    const found = hasTried || AT_ONCE.includes(kind) ? own[name] : undefined
    problems[name] = found ?? (touched.includes(name) ? undefined : placed.problems[name])
  }
  return {
    body,
    problems,
    error: issues.length > 0 ? placed.rest.join(' ') : problemOf(failure),
    touch: (name: string) => setTouched((before) => [...before, name]),
    /** Judges all fields from now on. Whether the form can be sent. */
    attempt: () => {
      setTried(true)
      setTouched([])
      return Object.keys(own).length === 0
    },
  }
}

/** Fills the fields in for a well-known provider. */
function Presets({
  method,
  onChoose,
}: {
  method: AuthMethod
  onChoose: (values: Draft, examples: Record<string, string>) => void
}) {
  const [key, setKey] = useState('')
  const presets = method.presets ?? []
  const chosen = presets.find((preset) => preset.key === key)
  const choose = (wanted: string) => {
    setKey(wanted)
    const preset = presets.find((one) => one.key === wanted)
    const empty = draftOf(method.fields)
    const filled = Object.keys({ ...chosen?.values, ...preset?.values })
    const cleared = Object.fromEntries(filled.map((name) => [name, empty[name] ?? '']))
    onChoose({ ...cleared, ...preset?.values }, preset?.examples ?? {})
  }
  return (
    <SelectField
      label={words.preset}
      hint={chosen?.help}
      value={key}
      autoFocus
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">{words.noPreset}</option>
      {presets.map((preset) => (
        <option key={preset.key} value={preset.key}>
          {preset.label}
        </option>
      ))}
    </SelectField>
  )
}
