import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { type UniversalAuth, universalAuthQuery, useSaveUniversalAuth } from '~/api/identities'
import { parseRanges, showRanges } from '~/lib/addresses'
import { describeDuration, parseDuration } from '~/lib/durations'
import { text } from '~/lib/text'
import { Dialog } from '~/ui/dialog'
import { TextArea, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Failure, Skeleton } from '~/ui/page'
import styles from './access.module.css'

/** What the quick start asks for: two hours, renewable for 30 days, from everywhere. */
const START = {
  accessTokenTTL: 7200,
  accessTokenMaxTTL: 2_592_000,
  accessTokenNumUsesLimit: 0,
  clientSecretTrustedIps: [
    { ipAddress: '0.0.0.0', prefix: 0 },
    { ipAddress: '::', prefix: 0 },
  ],
  accessTokenTrustedIps: [
    { ipAddress: '0.0.0.0', prefix: 0 },
    { ipAddress: '::', prefix: 0 },
  ],
}

/** The longest life of a token that the server takes, in seconds. */
const SECONDS_MAX = 315_360_000

type DialogProps = { identity: { id: string; name: string }; isNew: boolean; onClose: () => void }

/** Attaches Universal Auth to an identity, or changes it. */
export function UniversalAuthDialog(props: DialogProps) {
  const found = useQuery({ ...universalAuthQuery(props.identity.id), enabled: !props.isNew })
  if (props.isNew) return <UniversalAuthForm {...props} start={START} />
  if (found.data) return <UniversalAuthForm {...props} start={found.data} />
  return (
    <Dialog title={text.universalAuth.title} onClose={props.onClose}>
      {found.error ? <Failure message={errorText(found.error)} /> : <Skeleton rows={4} />}
    </Dialog>
  )
}

type Start = Pick<UniversalAuth, keyof typeof START>

function UniversalAuthForm({ identity, isNew, start, onClose }: DialogProps & { start: Start }) {
  const save = useSaveUniversalAuth(identity.id, isNew)
  const [ttlText, setTtl] = useState(String(start.accessTokenTTL))
  const [maxText, setMax] = useState(String(start.accessTokenMaxTTL))
  const [secretIps, setSecretIps] = useState(showRanges(start.clientSecretTrustedIps))
  const [tokenIps, setTokenIps] = useState(showRanges(start.accessTokenTrustedIps))
  const ttl = readSeconds(ttlText)
  const max = readSeconds(maxText)
  const secretRanges = parseRanges(secretIps)
  const tokenRanges = parseRanges(tokenIps)
  const isAboveMax = ttl !== undefined && max !== undefined && max > 0 && ttl > max

  const submit = (form: FormData) => {
    if (ttl === undefined || max === undefined || isAboveMax || 'bad' in secretRanges || 'bad' in tokenRanges)
      return
    const body = {
      accessTokenTTL: ttl,
      accessTokenMaxTTL: max,
      accessTokenNumUsesLimit: Number(form.get('uses')),
      clientSecretTrustedIps: secretRanges.ranges,
      accessTokenTrustedIps: tokenRanges.ranges,
    }
    save.mutate(body, { onSuccess: onClose })
  }
  return (
    <FormDialog
      title={text.universalAuth.title}
      hint={text.universalAuth.hint(identity.name)}
      onClose={onClose}
      onSubmit={submit}
      submit={text.universalAuth.submit}
      cancel={text.common.cancel}
      busy={save.isPending}
      error={problemOf(save.error)}
      isFilled
    >
      <div className={styles.pair}>
        <TextField
          label={text.universalAuth.ttl}
          value={ttlText}
          hint={ttl === undefined ? undefined : text.universalAuth.durationHint(describeDuration(ttl))}
          error={
            ttl === undefined
              ? text.universalAuth.badDuration
              : isAboveMax
                ? text.universalAuth.aboveMax
                : undefined
          }
          onChange={(event) => setTtl(event.target.value)}
        />
        <TextField
          label={text.universalAuth.maxTtl}
          value={maxText}
          hint={max === undefined ? undefined : text.universalAuth.durationHint(describeDuration(max))}
          error={max === undefined ? text.universalAuth.badDuration : undefined}
          onChange={(event) => setMax(event.target.value)}
        />
      </div>
      <TextField
        label={text.universalAuth.uses}
        name="uses"
        type="number"
        min={0}
        required
        defaultValue={start.accessTokenNumUsesLimit}
        hint={text.universalAuth.usesHint}
      />
      <div className={styles.pair}>
        <TextArea
          label={text.universalAuth.secretIps}
          value={secretIps}
          hint={text.universalAuth.ipsHint}
          error={'bad' in secretRanges ? text.universalAuth.badIp(secretRanges.bad) : undefined}
          onChange={(event) => setSecretIps(event.target.value)}
        />
        <TextArea
          label={text.universalAuth.tokenIps}
          value={tokenIps}
          hint={text.universalAuth.ipsHint}
          error={'bad' in tokenRanges ? text.universalAuth.badIp(tokenRanges.bad) : undefined}
          onChange={(event) => setTokenIps(event.target.value)}
        />
      </div>
    </FormDialog>
  )
}

function readSeconds(text: string): number | undefined {
  const seconds = parseDuration(text)
  return seconds !== undefined && seconds <= SECONDS_MAX ? seconds : undefined
}
