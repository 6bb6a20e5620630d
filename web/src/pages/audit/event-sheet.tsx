import { useMutation } from '@tanstack/react-query'
import { Link } from 'wouter'

import { eventProof } from '~/api/audit-chain'
import { errorText } from '~/api/client'
import { type AuditEvent, actorName, sentenceOf } from '~/lib/audit-events'
import type { AuditFilter } from '~/lib/audit-filter'
import { exactTime } from '~/lib/dates'
import { download } from '~/lib/download'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CodeBlock } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { toast } from '~/ui/toast'
import styles from './audit-page.module.css'

type SheetProps = {
  event: AuditEvent
  isUtc: boolean
  onNarrow: (filter: Partial<AuditFilter>) => void
  onClose: () => void
}

/** One event: what it says, who and from where, and all its facts. */
export function EventSheet({ event, isUtc, onNarrow, onClose }: SheetProps) {
  const prove = useMutation({
    mutationFn: () => eventProof(event.id),
    onSuccess: (proof) => download(`${JSON.stringify(proof, null, 2)}\n`, `audit-proof-${event.id}.json`),
    onError: (error) => toast(errorText(error), { tone: 'danger' }),
  })
  const { userId, identityId } = event.actor.metadata
  const actor = [userId, identityId].find((one): one is string => typeof one === 'string')
  const fields: [string, string | null][] = [
    [text.audit.fields.event, event.eventType],
    [
      text.audit.fields.result,
      event.result === 'denied' ? text.audit.results.denied : text.audit.results.allowed,
    ],
    [text.audit.fields.time, exactTime(event.createdAt, isUtc)],
    [text.audit.fields.actor, `${actorName(event.actor)} (${event.actor.type})`],
    [text.audit.fields.project, event.projectName],
    [text.audit.fields.address, event.ipAddress],
    [text.audit.fields.agent, event.userAgent],
  ]
  return (
    <Dialog
      title={event.eventType}
      hint={sentenceOf(event)}
      shape="sheet"
      onClose={onClose}
      footer={
        <>
          {event.result === 'denied' && <Link href={paths.decision(event.id)}>{text.decision.why}</Link>}
          <Button busy={prove.isPending} onClick={() => prove.mutate()}>
            {text.audit.chain.proof}
          </Button>
          {actor && <Button onClick={() => onNarrow({ actor })}>{text.audit.onlyActor}</Button>}
          <Button onClick={() => onNarrow({ event: event.eventType })}>{text.audit.onlyLike}</Button>
        </>
      }
    >
      <dl className={styles.fields}>
        {fields
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <h3>{text.audit.json}</h3>
      <CodeBlock text={JSON.stringify(event, null, 2)} what={text.audit.json} />
    </Dialog>
  )
}
