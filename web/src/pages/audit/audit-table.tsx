import { type AuditEvent, sentenceOf } from '~/lib/audit-events'
import { exactTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { RowActions, Table } from '~/ui/table'
import styles from './audit-page.module.css'

/** Events as sentences, one a row. */
export function AuditTable({
  events,
  isUtc,
  onShow,
}: {
  events: AuditEvent[]
  isUtc: boolean
  onShow: (event: AuditEvent) => void
}) {
  return (
    <Table
      label={text.audit.title}
      head={[text.audit.time, text.audit.event, text.audit.said, text.audit.address, '']}
    >
      {events.map((one) => (
        <tr key={one.id}>
          <td className={styles.time} title={timeAgo(one.createdAt)}>
            {exactTime(one.createdAt, isUtc)}
          </td>
          <td>
            <code>{one.eventType}</code>
          </td>
          <td className={styles.said}>
            {one.result === 'denied' && <Badge tone="danger">{text.audit.refused}</Badge>} {sentenceOf(one)}
          </td>
          <td>
            <code>{one.ipAddress}</code>
          </td>
          <td>
            <RowActions>
              <Button
                look="quiet"
                aria-label={text.audit.detailsOf(sentenceOf(one))}
                onClick={() => onShow(one)}
              >
                {text.audit.details}
              </Button>
            </RowActions>
          </td>
        </tr>
      ))}
    </Table>
  )
}
