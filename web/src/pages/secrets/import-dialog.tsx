import { useMemo, useState } from 'react'

import type { Environment } from '~/api/projects'
import { FORMATS, type Format, guessFormat, parse } from '~/lib/formats'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { SelectField, TextArea, TextField } from '~/ui/field'
import { Note } from '~/ui/page'
import styles from './import-dialog.module.css'
import { ImportPreview, importState } from './import-preview'

/** Larger files are no lists of secrets. */
const FILE_BYTES_MAX = 5 * 1024 * 1024

type Entry = { key: string; value: string; comment?: string }

type ImportProps = {
  text: string
  environments: Environment[]
  isSet: (key: string, environment: string) => boolean
  onImport: (entries: Entry[], environments: string[]) => void
  onClose: () => void
}

/** Reads secrets from text or a file, shows what would come of it, and adds the chosen ones to the pending changes. */
export default function ImportDialog(props: ImportProps) {
  const { environments } = props
  const [source, setSource] = useState(props.text)
  const [format, setFormat] = useState<Format>(() => guessFormat(props.text))
  const [separator, setSeparator] = useState('_')
  const [skipped, setSkipped] = useState<ReadonlySet<string>>(new Set())
  const [targets, setTargets] = useState<string[]>(() => environments.slice(0, 1).map((one) => one.slug))
  const [error, setError] = useState('')
  const parsed = useMemo(() => parse(format, source, separator), [format, source, separator])
  const chosen = parsed.entries.filter(
    (entry) => !skipped.has(entry.key) && importState(entry.key, targets, props.isSet) !== 'invalid',
  )

  const take = (taken: string, name = '') => {
    setSource(taken)
    setFormat(guessFormat(taken, name))
    setSkipped(new Set())
    setError('')
  }
  const choose = (file: File | undefined) => {
    if (!file) return
    if (file.size > FILE_BYTES_MAX) setError(text.import.tooBig)
    else void file.text().then((read) => take(read, file.name))
  }
  return (
    <Dialog
      title={text.import.title}
      hint={text.import.hint}
      shape="wide"
      onClose={props.onClose}
      onSubmit={() => {
        props.onImport(chosen, targets)
        props.onClose()
      }}
      footer={
        <>
          <Button onClick={props.onClose}>{text.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={!chosen.length || !targets.length}>
            {chosen.length ? text.import.add(chosen.length) : text.import.nothing}
          </Button>
        </>
      }
    >
      <TextArea
        label={text.import.text}
        className={styles.source}
        placeholder={text.import.placeholder}
        value={source}
        autoFocus={!props.text}
        error={error}
        onChange={(event) => take(event.target.value)}
      />
      <div className={styles.options}>
        <label className={styles.file}>
          {text.import.file}
          <input type="file" onChange={(event) => choose(event.target.files?.[0])} />
        </label>
        <SelectField
          label={text.import.format}
          value={format}
          onChange={(event) => setFormat(event.target.value as Format)}
        >
          {FORMATS.map((one) => (
            <option key={one.key} value={one.key}>
              {one.label}
            </option>
          ))}
        </SelectField>
        {format === 'json' && (
          <TextField
            label={text.import.separator}
            value={separator}
            maxLength={3}
            onChange={(event) => setSeparator(event.target.value)}
          />
        )}
      </div>
      {format === 'yaml' && <Note>{text.import.yaml}</Note>}
      <fieldset className={styles.targets}>
        <legend>{text.import.to}</legend>
        {environments.map((one) => (
          <label key={one.slug}>
            <input
              type="checkbox"
              checked={targets.includes(one.slug)}
              onChange={(event) =>
                setTargets(
                  event.target.checked ? [...targets, one.slug] : targets.filter((slug) => slug !== one.slug),
                )
              }
            />
            {one.name}
          </label>
        ))}
      </fieldset>
      {source && (
        <ImportPreview
          parsed={parsed}
          skipped={skipped}
          stateOf={(key) => importState(key, targets, props.isSet)}
          onSkip={(key, skip) => {
            const after = new Set(skipped)
            if (skip) after.add(key)
            else after.delete(key)
            setSkipped(after)
          }}
        />
      )}
    </Dialog>
  )
}
