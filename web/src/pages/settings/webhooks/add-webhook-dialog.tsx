import { useState } from 'react'

import type { Environment } from '~/api/projects'
import type { NewWebhook, WebhookType } from '~/api/webhooks'
import { text } from '~/lib/text'
import { SelectField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'

const TYPES: WebhookType[] = ['general', 'slack', 'microsoft-teams']

/** Makes a webhook. Only the JSON one is signed; the chat services have addresses that are secret themselves. */
export function AddWebhookDialog({
  environments,
  busy,
  error,
  onAdd,
  onClose,
}: {
  environments: Environment[]
  busy: boolean
  error: string | undefined
  onAdd: (webhook: NewWebhook) => void
  onClose: () => void
}) {
  const [type, setType] = useState<WebhookType>('general')
  const submit = (form: FormData) => {
    const field = (name: string) => String(form.get(name) ?? '').trim()
    onAdd({
      type,
      environment: field('environment'),
      secretPath: field('folder'),
      webhookUrl: field('url'),
      webhookSecretKey: field('secret'),
    })
  }
  return (
    <FormDialog
      title={text.webhooks.add}
      hint={text.webhooks.hint}
      submit={text.webhooks.add}
      cancel={text.common.cancel}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={text.webhooks.url}
        hint={text.webhooks.urlHint}
        name="url"
        type="url"
        placeholder="https://deploy.example.com/hook"
        required
        autoFocus
      />
      <SelectField label={text.webhooks.environment} name="environment">
        {environments.map((one) => (
          <option key={one.slug} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <TextField
        label={text.webhooks.folder}
        hint={text.webhooks.folderHint}
        name="folder"
        defaultValue="/**"
        required
      />
      <SelectField
        label={text.webhooks.type}
        value={type}
        onChange={(event) => setType(event.target.value as WebhookType)}
      >
        {TYPES.map((one) => (
          <option key={one} value={one}>
            {text.webhooks.types[one]}
          </option>
        ))}
      </SelectField>
      {type === 'general' && (
        <TextField
          label={text.webhooks.secret}
          hint={text.webhooks.secretHint}
          name="secret"
          type="password"
          autoComplete="new-password"
        />
      )}
    </FormDialog>
  )
}
