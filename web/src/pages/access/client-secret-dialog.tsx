import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'

import { errorText } from '~/api/client'
import {
  type ClientSecret,
  clientSecretsQuery,
  universalAuthQuery,
  useCreateClientSecret,
  useRevokeClientSecret,
} from '~/api/identities'
import { ShownOnce, saveEnv } from '~/components/shown-once'
import { fullTime, timeAgo } from '~/lib/dates'
import { describeDuration, parseDuration } from '~/lib/durations'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { CopyLine } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { Advanced, TextField } from '~/ui/field'
import { Failure, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './access.module.css'

type DialogProps = { identity: { id: string; name: string }; onClose: () => void }

/** The client ID of an identity and its client secrets. */
export function ClientSecretDialog({ identity, onClose }: DialogProps) {
  const auth = useQuery(universalAuthQuery(identity.id))
  const secrets = useQuery(clientSecretsQuery(identity.id))
  const create = useCreateClientSecret(identity.id)
  const revoke = useRevokeClientSecret(identity.id)
  const [revoking, setRevoking] = useState<ClientSecret>()
  const [ttlText, setTtl] = useState('0')
  const ttl = parseDuration(ttlText)
  const made = create.data
  const failure = auth.error ?? secrets.error ?? create.error

  const submit = (form: FormData) => {
    if (ttl === undefined) return
    create.mutate({
      description: String(form.get('description')),
      ttl,
      numUsesLimit: Number(form.get('uses')),
    })
  }
  if (made && auth.data) {
    return (
      <ShownOnce
        secret={made.clientSecret}
        onDownload={() => saveEnv(auth.data.clientId, made.clientSecret)}
        onDone={create.reset}
        onRevoke={() => revoke.mutate(made.clientSecretData.id, { onSuccess: create.reset })}
      />
    )
  }
  if (revoking) {
    return (
      <Confirm
        title={text.clientSecret.revokeTitle(revoking.clientSecretPrefix)}
        hint={text.clientSecret.revokeHint(revoking.clientSecretNumUses)}
        verb={text.clientSecret.revoke}
        cancel={text.common.cancel}
        busy={revoke.isPending}
        error={revoke.error ? errorText(revoke.error) : undefined}
        onConfirm={() => revoke.mutate(revoking.id, { onSuccess: () => setRevoking(undefined) })}
        onClose={() => setRevoking(undefined)}
      />
    )
  }
  return (
    <Dialog
      title={text.clientSecret.title}
      hint={text.clientSecret.hint(identity.name)}
      shape="wide"
      onClose={onClose}
      onSubmit={submit}
      footer={<Button onClick={onClose}>{text.common.close}</Button>}
    >
      {failure && <Failure message={errorText(failure)} />}
      {auth.data && (
        <p className={styles.identifier}>
          {text.clientSecret.clientId}
          <CopyLine text={auth.data.clientId} what={text.clientSecret.clientId} />
        </p>
      )}
      <Advanced>
        <div className={styles.pair}>
          <TextField label={text.clientSecret.description} name="description" maxLength={255} />
          <TextField
            label={text.clientSecret.ttl}
            value={ttlText}
            hint={ttl === undefined ? undefined : text.clientSecret.ttlHint(describeDuration(ttl))}
            error={ttl === undefined ? text.universalAuth.badDuration : undefined}
            onChange={(event) => setTtl(event.target.value)}
          />
          <TextField
            label={text.clientSecret.uses}
            name="uses"
            type="number"
            min={0}
            required
            defaultValue={0}
            hint={text.clientSecret.usesHint}
          />
        </div>
      </Advanced>
      <div>
        <Button type="submit" look="primary" autoFocus icon={<Plus size={16} />} busy={create.isPending}>
          {text.clientSecret.create}
        </Button>
      </div>
      {secrets.isPending && <Skeleton rows={2} />}
      {secrets.data?.length === 0 && <p>{text.clientSecret.none}</p>}
      {secrets.data && secrets.data.length > 0 && (
        <SecretsTable secrets={secrets.data} onRevoke={setRevoking} />
      )}
    </Dialog>
  )
}

function SecretsTable({
  secrets,
  onRevoke,
}: {
  secrets: ClientSecret[]
  onRevoke: (secret: ClientSecret) => void
}) {
  const words = text.clientSecret
  return (
    <Table
      label={words.list}
      head={[words.prefix, words.description, words.used, words.made, words.expires, '']}
    >
      {secrets.map((one) => (
        <tr key={one.id}>
          <td>
            <code>{one.clientSecretPrefix}…</code>
          </td>
          <td>{one.description}</td>
          <td>
            {one.clientSecretNumUses}
            {one.clientSecretNumUsesLimit > 0 && ` / ${one.clientSecretNumUsesLimit}`}
          </td>
          <td title={fullTime(one.createdAt)}>{timeAgo(one.createdAt)}</td>
          <td>
            {one.clientSecretTTL === 0
              ? words.never
              : timeAgo(new Date(one.createdAt).getTime() + one.clientSecretTTL * 1000)}
          </td>
          <td>
            <RowActions>
              {one.isClientSecretRevoked ? (
                <Badge tone="danger">{words.revoked}</Badge>
              ) : (
                <Button
                  look="quiet"
                  aria-label={`${words.revoke} ${one.clientSecretPrefix}`}
                  onClick={() => onRevoke(one)}
                >
                  {words.revoke}
                </Button>
              )}
            </RowActions>
          </td>
        </tr>
      ))}
    </Table>
  )
}
