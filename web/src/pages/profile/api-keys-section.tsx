import { useQuery } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { type ApiKey, apiKeysQuery, useApiKeyChanges } from '~/api/api-keys'
import { errorText, problemOf } from '~/api/client'
import { ShownOnce } from '~/components/shown-once'
import { fullTime, timeAgo } from '~/lib/dates'
import { download } from '~/lib/download'
import { describeDuration, parseDuration } from '~/lib/durations'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Failure, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'

const words = text.apiKeys

type Open = { what: 'make' } | { what: 'delete'; apiKey: ApiKey }

/** The API keys of the person: listed, made and deleted. */
export function ApiKeysSection() {
  const keys = useQuery(apiKeysQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  return (
    <Section
      title={words.title}
      hint={words.hint}
      actions={
        <Button icon={<Plus size={16} />} onClick={() => setOpen({ what: 'make' })}>
          {words.make}
        </Button>
      }
    >
      {keys.isPending && <Skeleton rows={2} />}
      {keys.error && <Failure message={errorText(keys.error)} />}
      {keys.data?.length === 0 && <p>{words.none}</p>}
      {keys.data && keys.data.length > 0 && (
        <Table label={words.title} head={[words.name, words.ends, words.used, '']}>
          {keys.data.map((one) => (
            <Row key={one.id} apiKey={one} onDelete={() => setOpen({ what: 'delete', apiKey: one })} />
          ))}
        </Table>
      )}
      {open?.what === 'make' && <Make onClose={close} />}
      {open?.what === 'delete' && <Delete apiKey={open.apiKey} onClose={close} />}
    </Section>
  )
}

function Row({ apiKey, onDelete }: { apiKey: ApiKey; onDelete: () => void }) {
  const { name, expiresAt, lastUsed } = apiKey
  const hasEnded = expiresAt !== null && Date.parse(expiresAt) <= Date.now()
  return (
    <tr>
      <td>{name}</td>
      <td title={expiresAt ? fullTime(expiresAt) : undefined}>
        {hasEnded ? <Badge tone="danger">{words.ended}</Badge> : expiresAt ? timeAgo(expiresAt) : words.never}
      </td>
      <td title={lastUsed ? fullTime(lastUsed) : undefined}>{lastUsed ? timeAgo(lastUsed) : words.unused}</td>
      <td>
        <RowActions>
          <IconButton label={words.delete(name)} icon={<Trash2 size={16} />} onClick={onDelete} />
        </RowActions>
      </td>
    </tr>
  )
}

/** Makes a key and shows it the one time it can be shown. */
function Make({ onClose }: { onClose: () => void }) {
  const { make, remove } = useApiKeyChanges()
  const [ends, setEnds] = useState('90d')
  const seconds = parseDuration(ends)
  if (make.data) {
    const { apiKey, apiKeyData } = make.data
    return (
      <ShownOnce
        words={text.keyOnce}
        secret={apiKey}
        onDownload={() => download(`${apiKey}\n`, 'api-key.txt')}
        onDone={onClose}
        onRevoke={() => remove.mutate(apiKeyData.id, { onSuccess: onClose })}
      />
    )
  }
  return (
    <FormDialog
      title={words.make}
      hint={words.hint}
      submit={words.make}
      cancel={text.common.cancel}
      busy={make.isPending}
      error={problemOf(make.error)}
      onSubmit={(form) => {
        if (seconds !== undefined) make.mutate({ name: String(form.get('name')).trim(), expiresIn: seconds })
      }}
      onClose={onClose}
    >
      <TextField label={words.name} name="name" maxLength={255} required autoFocus />
      <TextField
        label={words.endsAfter}
        value={ends}
        hint={seconds === undefined ? undefined : words.endsHint(describeDuration(seconds))}
        error={seconds === undefined ? words.badDuration : undefined}
        onChange={(event) => setEnds(event.target.value)}
      />
    </FormDialog>
  )
}

function Delete({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { remove } = useApiKeyChanges()
  return (
    <Confirm
      title={words.deleteTitle(apiKey.name)}
      hint={words.deleteHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={problemOf(remove.error)}
      onConfirm={() => remove.mutate(apiKey.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
