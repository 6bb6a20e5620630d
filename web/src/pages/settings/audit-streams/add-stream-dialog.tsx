import { useState } from 'react'

import type { NewAuditStream, StreamFormat } from '~/api/audit-streams'
import { KINDS, type Kind, streamUrl } from '~/lib/audit-stream'
import { text as general } from '~/lib/text'
import { auditStreams as text } from '~/lib/text/audit-streams'
import { CheckField, SelectField, TextArea, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'

const FORMATS: StreamFormat[] = ['ndjson', 'json']

/** Makes a stream. What is asked for depends on where it goes. */
export function AddStreamDialog({
  busy,
  error,
  onAdd,
  onClose,
}: {
  busy: boolean
  error: string | undefined
  onAdd: (stream: NewAuditStream) => void
  onClose: () => void
}) {
  const [kind, setKind] = useState<Kind>('https')
  const submit = (form: FormData) => {
    const field = (name: string) => String(form.get(name) ?? '').trim()
    const header = { key: field('header'), value: field('value') }
    onAdd({
      name: field('name'),
      url: streamUrl(kind, { url: field('url'), server: field('server') }),
      headers: header.key ? [header] : [],
      caCertificate: field('certificate'),
      format: field('format') === 'json' ? 'json' : 'ndjson',
      fromBeginning: form.has('beginning'),
    })
  }
  return (
    <FormDialog
      title={text.add}
      hint={text.hint}
      submit={text.add}
      cancel={general.common.cancel}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectField
        label={text.kind}
        hint={kind === 'file' ? text.fileHint : undefined}
        value={kind}
        autoFocus
        onChange={(event) => setKind(event.target.value as Kind)}
      >
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {text.kinds[one]}
          </option>
        ))}
      </SelectField>
      {kind === 'https' && <HttpFields />}
      {kind.startsWith('syslog') && (
        <TextField
          label={text.server}
          hint={text.urlHint}
          name="server"
          placeholder={kind === 'syslog+tls' ? 'logs.example.com:6514' : 'logs.example.com:601'}
          required
        />
      )}
      {(kind === 'https' || kind === 'syslog+tls') && (
        <TextArea label={text.certificate} hint={text.certificateHint} name="certificate" rows={2} />
      )}
      <TextField label={text.name} hint={text.nameHint} name="name" maxLength={64} />
      <CheckField label={text.beginning} hint={text.beginningHint} name="beginning" />
    </FormDialog>
  )
}

function HttpFields() {
  return (
    <>
      <TextField
        label={text.url}
        hint={text.urlHint}
        name="url"
        type="url"
        placeholder="https://logs.example.com/ingest"
        required
      />
      <TextField label={text.header} hint={text.headerHint} name="header" placeholder="Authorization" />
      <TextField
        label={text.value}
        hint={text.valueHint}
        name="value"
        type="password"
        autoComplete="new-password"
      />
      <SelectField label={text.format} name="format">
        {FORMATS.map((one) => (
          <option key={one} value={one}>
            {text.formats[one]}
          </option>
        ))}
      </SelectField>
    </>
  )
}
