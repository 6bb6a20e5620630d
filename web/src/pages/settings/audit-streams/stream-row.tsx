import { MoreHorizontal, Pause, Play, Trash2 } from 'lucide-react'

import type { AuditStream } from '~/api/audit-streams'
import { streamState } from '~/lib/audit-stream'
import { fullTime, timeAgo } from '~/lib/dates'
import { auditStreams as text } from '~/lib/text/audit-streams'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Menu } from '~/ui/menu'
import { RowActions } from '~/ui/table'
import styles from './audit-streams.module.css'

const TONES = { paused: 'plain', failing: 'danger', behind: 'warning', current: 'success' } as const

type RowProps = {
  stream: AuditStream
  isTesting: boolean
  onTest: () => void
  onPause: () => void
  onDelete: () => void
}

/** One stream: where it goes and how far it came. */
export function StreamRow({ stream, isTesting, onTest, onPause, onDelete }: RowProps) {
  const { name, url, isPaused } = stream
  return (
    <tr>
      <td className={styles.target}>
        <p>{name}</p>
        <code>{url}</code>
      </td>
      <td>
        <Delivery stream={stream} />
      </td>
      <td>
        <RowActions>
          <Button busy={isTesting} aria-label={text.testOf(name)} onClick={onTest}>
            {text.test}
          </Button>
          <Menu
            label={text.more(name)}
            trigger={<MoreHorizontal size={16} />}
            items={[
              {
                label: isPaused ? text.goOn : text.pause,
                icon: isPaused ? <Play size={15} /> : <Pause size={15} />,
                run: onPause,
              },
              { label: text.delete, icon: <Trash2 size={15} />, danger: true, run: onDelete },
            ]}
          />
        </RowActions>
      </td>
    </tr>
  )
}

function Delivery({ stream }: { stream: AuditStream }) {
  const { eventsWaiting, lastDeliveredAt, lastError, failedAttempts, nextAttemptAt } = stream
  const state = streamState(stream)
  return (
    <div className={styles.state}>
      <p>
        <Badge tone={TONES[state]}>{text.states[state]}</Badge>
        {eventsWaiting > 0 && <span>{text.waiting(eventsWaiting)}</span>}
      </p>
      <p title={lastDeliveredAt ? fullTime(lastDeliveredAt) : undefined}>
        {lastDeliveredAt ? text.delivered(timeAgo(lastDeliveredAt)) : text.nothing}
      </p>
      {lastError && (
        <p className={styles.problem}>
          {text.failed(failedAttempts, lastError)}
          {nextAttemptAt && !stream.isPaused && `, ${text.again(timeAgo(nextAttemptAt))}`}
        </p>
      )}
    </div>
  )
}
