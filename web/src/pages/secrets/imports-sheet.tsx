import { useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'

import { errorText } from '~/api/client'
import { importsQuery, useImportChanges } from '~/api/imports'
import type { Environment } from '~/api/projects'
import { type FolderImport, originText } from '~/lib/imports'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { SelectField, TextField } from '~/ui/field'
import { Failure, Note, Skeleton } from '~/ui/page'
import styles from './imports-sheet.module.css'

type ImportsProps = {
  project: string
  folder: string
  environments: Environment[]
  /** The environment to begin with. */
  start: string
  onClose: () => void
}

/** The imports of a folder in one environment: their order, what each brings, adding and removing. */
export default function ImportsSheet(props: ImportsProps) {
  const { project, folder, environments } = props
  const [environment, setEnvironment] = useState(props.start)
  const imports = useQuery(importsQuery(project, folder))
  const changes = useImportChanges(project, environment, folder)
  const list = imports.data?.[environment] ?? []
  const error = changes.add.error ?? changes.move.error ?? changes.remove.error
  const isBusy = changes.add.isPending || changes.move.isPending || changes.remove.isPending
  return (
    <Dialog
      title={text.imports.title}
      hint={text.imports.hint}
      shape="sheet"
      onClose={props.onClose}
      footer={<Button onClick={props.onClose}>{text.common.close}</Button>}
    >
      {environments.length > 1 && (
        <SelectField
          label={text.imports.into}
          value={environment}
          onChange={(event) => setEnvironment(event.target.value)}
        >
          {environments.map((one) => (
            <option key={one.id} value={one.slug}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
      {error && (
        <div role="alert">
          <Note tone="danger">{errorText(error)}</Note>
        </div>
      )}
      {imports.isPending && <Skeleton rows={3} />}
      {imports.error && <Failure message={errorText(imports.error)} />}
      {imports.data && !list.length && <Note>{text.imports.none}</Note>}
      {list.length > 0 && (
        <ol className={styles.list} aria-label={text.imports.order}>
          {list.map((one) => (
            <ImportItem
              key={one.id}
              one={one}
              count={list.length}
              isBusy={isBusy}
              onMove={(position) => changes.move.mutate({ id: one.id, position })}
              onRemove={() => changes.remove.mutate(one.id)}
            />
          ))}
        </ol>
      )}
      {list.length > 1 && <p className={styles.soft}>{text.imports.last}</p>}
      <AddImport
        key={`${environment}${list.length}`}
        environments={environments}
        isBusy={isBusy}
        onAdd={(source) => changes.add.mutate(source)}
      />
    </Dialog>
  )
}

function ImportItem(props: {
  one: FolderImport
  count: number
  isBusy: boolean
  onMove: (position: number) => void
  onRemove: () => void
}) {
  const { one, count, isBusy, onMove } = props
  const name = originText(one)
  const move = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!event.altKey || !step || isBusy) return
    event.preventDefault()
    const to = one.position + step
    if (to >= 1 && to <= count) onMove(to)
  }
  return (
    <li className={styles.item} onKeyDown={move}>
      <div className={styles.head}>
        <span className={styles.position}>{one.position}</span>
        <code>{name}</code>
        <span className={styles.buttons}>
          <IconButton
            label={text.imports.up(name)}
            icon={<ArrowUp size={16} />}
            disabled={one.position === 1 || isBusy}
            onClick={() => onMove(one.position - 1)}
          />
          <IconButton
            label={text.imports.down(name)}
            icon={<ArrowDown size={16} />}
            disabled={one.position === count || isBusy}
            onClick={() => onMove(one.position + 1)}
          />
          <IconButton
            label={text.imports.remove(name)}
            icon={<Trash2 size={16} />}
            disabled={isBusy}
            onClick={props.onRemove}
          />
        </span>
      </div>
      {one.secrets.length > 0 ? (
        <details className={styles.keys}>
          <summary>{text.imports.keys(one.secrets.length)}</summary>
          <ul>
            {one.secrets.map((secret) => (
              <li key={secret.key}>
                <code>{secret.key}</code>
                {originText(secret) !== name && (
                  <span className={styles.soft}> {text.imports.from(originText(secret))}</span>
                )}
              </li>
            ))}
          </ul>
        </details>
      ) : (
        <p className={styles.soft}>{text.imports.nothing}</p>
      )}
    </li>
  )
}

function AddImport(props: {
  environments: Environment[]
  isBusy: boolean
  onAdd: (source: { environment: string; path: string }) => void
}) {
  const [environment, setEnvironment] = useState(props.environments[0]?.slug ?? '')
  const [path, setPath] = useState('/')
  return (
    <form
      className={styles.add}
      aria-label={text.imports.addTitle}
      onSubmit={(event) => {
        event.preventDefault()
        props.onAdd({ environment, path: `/${path.split('/').filter(Boolean).join('/')}` })
      }}
    >
      <SelectField
        label={text.imports.source}
        value={environment}
        onChange={(event) => setEnvironment(event.target.value)}
      >
        {props.environments.map((one) => (
          <option key={one.id} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <TextField
        label={text.imports.path}
        value={path}
        onChange={(event) => setPath(event.target.value)}
        required
      />
      <Button type="submit" look="primary" disabled={props.isBusy}>
        {text.imports.add}
      </Button>
    </form>
  )
}
