import { Plus, X } from 'lucide-react'

import type { DraftValue, Field, Pair } from '~/lib/auth-methods/method'
import { describeDuration, parseDuration } from '~/lib/durations'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Button, IconButton } from '~/ui/button'
import { CheckField, FieldGroup, SelectField, TextArea, TextField } from '~/ui/field'
import styles from './auth-methods.module.css'

type FieldProps = {
  field: Field
  value: DraftValue
  problem?: string | undefined
  /** Shown in an empty field. */
  example?: string | undefined
  /** Whether a credential is stored, which stays unless another is given. */
  isStored: boolean
  autoFocus?: boolean
  onChange: (value: DraftValue) => void
}

/** A field of an auth method, by its kind. */
export function MethodField(props: FieldProps) {
  const { field, value, problem, example, isStored, autoFocus, onChange } = props
  const common = {
    label: field.label,
    hint: field.help,
    error: problem,
    required: field.required && !isStored,
    autoFocus: autoFocus ?? false,
  }
  const line = typeof value === 'string' ? value : ''
  switch (field.kind) {
    case 'choice':
      return (
        <SelectField {...common} value={line} onChange={(event) => onChange(event.target.value)}>
          {field.choices?.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </SelectField>
      )
    case 'switch':
      return (
        <CheckField
          label={field.label}
          hint={field.help}
          checked={value === 'on'}
          onChange={(event) => onChange(event.target.checked ? 'on' : '')}
        />
      )
    case 'map':
    case 'pairs':
      return <PairsField {...props} pairs={Array.isArray(value) ? value : []} />
    case 'secret':
      return <SecretField {...props} />
    case 'lines':
    case 'keys':
    case 'addresses':
      return (
        <TextArea
          {...common}
          className={styles.mono}
          value={line}
          placeholder={example}
          onChange={(event) => onChange(event.target.value)}
        />
      )
    default:
      return (
        <TextField
          {...common}
          hint={field.kind === 'seconds' ? hintOfTime(field.help, line) : field.help}
          inputMode={field.kind === 'number' ? 'numeric' : undefined}
          value={line}
          placeholder={example}
          onChange={(event) => onChange(event.target.value)}
        />
      )
  }
}

function hintOfTime(help: string, line: string) {
  const seconds = parseDuration(line)
  return seconds === undefined
    ? help
    : `${help} ${text.universalAuth.durationHint(describeDuration(seconds))}`
}

/** A credential: what is stored is never shown, and stays if nothing is typed. */
function SecretField({ field, value, problem, isStored, onChange }: FieldProps) {
  return (
    <>
      <TextField
        type="password"
        autoComplete="new-password"
        label={field.label}
        hint={isStored ? `${field.help} ${words.unchanged}` : field.help}
        error={problem}
        required={field.required && !isStored}
        disabled={value === null}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value)}
      />
      {isStored && !field.required && (
        <CheckField
          label={words.removeSecret(field.label)}
          checked={value === null}
          onChange={(event) => onChange(event.target.checked ? null : '')}
        />
      )}
    </>
  )
}

/** Names with a value each, a line for each. */
function PairsField({ field, problem, pairs, onChange }: FieldProps & { pairs: Pair[] }) {
  const set = (at: number, change: Partial<Pair>) =>
    onChange(pairs.map((pair, index) => (index === at ? { ...pair, ...change } : pair)))
  return (
    <FieldGroup label={field.label} hint={field.help} error={problem}>
      {pairs.map((pair, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name yet while they are typed
        <div key={at} className={styles.line}>
          <input
            aria-label={words.ofField(field.label, words.key, at + 1)}
            placeholder={words.key}
            autoComplete="off"
            spellCheck={false}
            value={pair.key}
            onChange={(event) => set(at, { key: event.target.value })}
          />
          <input
            aria-label={words.ofField(field.label, words.value, at + 1)}
            placeholder={words.value}
            autoComplete="off"
            spellCheck={false}
            value={pair.value}
            onChange={(event) => set(at, { value: event.target.value })}
          />
          <IconButton
            label={`${field.label}: ${words.removeLine(at + 1)}`}
            icon={<X size={14} />}
            onClick={() => onChange(pairs.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <div>
        <Button
          look="quiet"
          icon={<Plus size={15} />}
          aria-label={`${field.label}: ${words.addLine}`}
          onClick={() => onChange([...pairs, { key: '', value: '' }])}
        >
          {words.addLine}
        </Button>
      </div>
    </FieldGroup>
  )
}
