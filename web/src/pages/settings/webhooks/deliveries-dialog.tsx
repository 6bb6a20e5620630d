import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { type Delivery, type DeliveryStatus, deliveriesQuery, type Webhook } from '~/api/webhooks'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { SelectField } from '~/ui/field'
import { EmptyState, Failure, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'
import styles from './webhooks.module.css'

const STATUSES = ['', 'pending', 'delivered', 'dead'] as const
const TONES = { pending: 'warning', delivered: 'success', dead: 'danger' } as const

/** What was sent to a webhook, what waits, and what was given up, which can be sent again. */
export function DeliveriesDialog({
  webhook,
  onRetry,
  onClose,
}: {
  webhook: Webhook
  onRetry: (delivery: string) => void
  onClose: () => void
}) {
  const [status, setStatus] = useState<DeliveryStatus | ''>('')
  const deliveries = useQuery(deliveriesQuery(webhook.id, status))
  return (
    <Dialog title={text.deliveries.title} hint={webhook.url} shape="wide" onClose={onClose}>
      <div className={styles.filter}>
        <SelectField
          label={text.deliveries.status}
          value={status}
          autoFocus
          onChange={(event) => setStatus(event.target.value as DeliveryStatus | '')}
        >
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {text.deliveries.statuses[one]}
            </option>
          ))}
        </SelectField>
      </div>
      {deliveries.isPending && <Skeleton rows={3} />}
      {deliveries.error && <Failure message={errorText(deliveries.error)} />}
      {deliveries.data?.length === 0 && (
        <EmptyState title={text.deliveries.emptyTitle} hint={text.deliveries.emptyHint} />
      )}
      {deliveries.data && deliveries.data.length > 0 && (
        <Table
          label={text.webhooks.deliveriesOf(webhook.url)}
          head={[
            text.deliveries.folder,
            text.deliveries.status,
            text.deliveries.attempts,
            text.deliveries.when,
            text.deliveries.error,
            '',
          ]}
        >
          {deliveries.data.map((one) => (
            <DeliveryRow key={one.id} delivery={one} onRetry={() => onRetry(one.id)} />
          ))}
        </Table>
      )}
    </Dialog>
  )
}

function DeliveryRow({ delivery, onRetry }: { delivery: Delivery; onRetry: () => void }) {
  const { status, nextAttemptAt } = delivery
  return (
    <tr>
      <td>
        <code>{delivery.secretPath}</code>
      </td>
      <td>
        <Badge tone={TONES[status]}>{text.deliveries.statuses[status]}</Badge>
      </td>
      <td>{delivery.attempts}</td>
      <td title={fullTime(delivery.updatedAt)}>
        {timeAgo(delivery.updatedAt)}
        {nextAttemptAt && delivery.attempts > 0 && `, ${text.deliveries.next(timeAgo(nextAttemptAt))}`}
      </td>
      <td className={styles.problem}>{delivery.errorMessage}</td>
      <td>
        {status === 'dead' && (
          <Button look="quiet" aria-label={text.deliveries.retryOf(delivery.secretPath)} onClick={onRetry}>
            {text.deliveries.retry}
          </Button>
        )}
      </td>
    </tr>
  )
}
