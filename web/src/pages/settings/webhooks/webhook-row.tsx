import { History, MoreHorizontal, Power, Trash2 } from 'lucide-react'

import type { Webhook } from '~/api/webhooks'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { type WebhookState, webhookState } from '~/lib/webhook'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Menu } from '~/ui/menu'
import { RowActions } from '~/ui/table'
import styles from './webhooks.module.css'

const TONES = { off: 'plain', never: 'plain', success: 'success', failed: 'danger' } as const

type RowProps = {
  webhook: Webhook
  isTesting: boolean
  onTest: () => void
  onTurn: () => void
  onDeliveries: () => void
  onDelete: () => void
}

/** One webhook: where it goes, what it is about, how its last delivery went. */
export function WebhookRow({ webhook, isTesting, onTest, onTurn, onDeliveries, onDelete }: RowProps) {
  const { url, environment, secretPath, isDisabled, type } = webhook
  return (
    <tr>
      <td className={styles.address}>
        <code>{url}</code>
        {type !== 'general' && <Badge>{text.webhooks.types[type]}</Badge>}
      </td>
      <td>
        {environment.name} <code>{secretPath}</code>
      </td>
      <td>
        <State webhook={webhook} state={webhookState(webhook)} />
      </td>
      <td>
        <RowActions>
          <Button
            busy={isTesting}
            disabled={isDisabled}
            aria-label={text.webhooks.testOf(url)}
            onClick={onTest}
          >
            {text.webhooks.test}
          </Button>
          <Menu
            label={text.webhooks.more(url)}
            trigger={<MoreHorizontal size={16} />}
            items={[
              { label: text.webhooks.deliveries, icon: <History size={15} />, run: onDeliveries },
              {
                label: isDisabled ? text.webhooks.enable : text.webhooks.disable,
                icon: <Power size={15} />,
                run: onTurn,
              },
              { label: text.webhooks.delete, icon: <Trash2 size={15} />, danger: true, run: onDelete },
            ]}
          />
        </RowActions>
      </td>
    </tr>
  )
}

function State({ webhook, state }: { webhook: Webhook; state: WebhookState }) {
  const wasSent = state === 'success' || state === 'failed'
  return (
    <div className={styles.state}>
      <p>
        <Badge tone={TONES[state]}>{text.webhooks.states[state]}</Badge>
        {wasSent && <span title={fullTime(webhook.updatedAt)}>{timeAgo(webhook.updatedAt)}</span>}
      </p>
      {state === 'failed' && <p className={styles.problem}>{webhook.lastRunErrorMessage}</p>}
    </div>
  )
}
