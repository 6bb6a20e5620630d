import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import { type AuditEvent, auditQuery, EVENTS_MAX } from '~/api/audit'
import { errorText } from '~/api/client'
import { actorName } from '~/lib/audit-events'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { SelectField, TextField } from '~/ui/field'
import { EmptyState, Failure, Page, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './audit-page.module.css'

const HOUR = 3_600_000
const RANGES: Record<string, number> = {
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
}

/** What happened in the organization, newest first. */
export default function AuditPage() {
  const [range, setRange] = useUrlState('range', 'hour')
  const [eventType, setEventType] = useUrlState('event')
  const [offset, setOffset] = useState(0)
  const [shown, setShown] = useState<AuditEvent>()
  // The beginning stays where it was when the range was chosen, or every drawing would ask anew.
  const from = useMemo(() => new Date(Date.now() - (RANGES[range] ?? HOUR)).toISOString(), [range])
  const events = useQuery(auditQuery({ from, eventType: eventType.trim(), offset }))
  const restart = (set: (value: string) => void) => (event: { target: { value: string } }) => {
    setOffset(0)
    set(event.target.value)
  }
  return (
    <Page title={text.audit.title} hint={text.audit.hint}>
      <div className={styles.tools}>
        <SelectField label={text.audit.range} value={range} onChange={restart(setRange)}>
          {Object.keys(RANGES).map((key) => (
            <option key={key} value={key}>
              {text.audit.ranges[key as keyof typeof text.audit.ranges]}
            </option>
          ))}
        </SelectField>
        <TextField
          label={text.audit.event}
          placeholder={text.audit.eventPlaceholder}
          value={eventType}
          onChange={restart(setEventType)}
        />
      </div>
      {events.isPending && <Skeleton rows={10} />}
      {events.error && <Failure message={errorText(events.error)} onRetry={() => void events.refetch()} />}
      {events.data?.length === 0 && <EmptyState title={text.audit.empty} hint={text.audit.emptyHint} />}
      {events.data && events.data.length > 0 && (
        <Table
          label={text.audit.title}
          head={[
            text.audit.time,
            text.audit.event,
            text.audit.actor,
            text.audit.project,
            text.audit.address,
            '',
          ]}
        >
          {events.data.map((one) => (
            <tr key={one.id}>
              <td title={fullTime(one.createdAt)}>{timeAgo(one.createdAt)}</td>
              <td>
                <code>{one.eventType}</code>
              </td>
              <td>{actorName(one.actor)}</td>
              <td>{one.projectName}</td>
              <td>
                <code>{one.ipAddress}</code>
              </td>
              <td>
                <RowActions>
                  <Button look="quiet" onClick={() => setShown(one)}>
                    {text.audit.details}
                  </Button>
                </RowActions>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <div className={styles.pages}>
        {offset > 0 && <Button onClick={() => setOffset(offset - EVENTS_MAX)}>{text.audit.newer}</Button>}
        {events.data?.length === EVENTS_MAX && (
          <Button onClick={() => setOffset(offset + EVENTS_MAX)}>{text.audit.older}</Button>
        )}
      </div>
      {shown && (
        <Dialog
          title={shown.eventType}
          hint={`${fullTime(shown.createdAt)}, ${actorName(shown.actor)}`}
          shape="wide"
          onClose={() => setShown(undefined)}
        >
          <pre className={styles.json}>
            {JSON.stringify({ actor: shown.actor, ...shown.eventMetadata }, null, 2)}
          </pre>
        </Dialog>
      )}
    </Page>
  )
}
