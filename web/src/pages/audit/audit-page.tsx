import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { auditQuery } from '~/api/audit'
import { errorText } from '~/api/client'
import type { AuditEvent } from '~/lib/audit-events'
import { NO_FILTER } from '~/lib/audit-filter'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { EmptyState, Failure, Page, Skeleton } from '~/ui/page'
import styles from './audit-page.module.css'
import { AuditTable } from './audit-table'
import { AuditTools } from './audit-tools'
import { ChainBar } from './chain-bar'
import { EventSheet } from './event-sheet'
import { Filters } from './filters'
import { useAuditFilter } from './use-audit-filter'

/** What happened in the organization, newest first. Everything that narrows it is in the address. */
export default function AuditPage({ organization }: { organization: string }) {
  const { filter, change, clear, isNarrowed } = useAuditFilter()
  const [isUtc, setIsUtc] = useState(false)
  const [isWatching, setIsWatching] = useState(false)
  const [shown, setShown] = useState<AuditEvent>()
  const found = useInfiniteQuery(auditQuery(filter, isWatching))
  // Each look while watching is an event too, and would hide the others.
  const events = (found.data?.pages.flat() ?? []).filter(
    (one) => !isWatching || filter.event || one.eventType !== 'get-audit-logs',
  )
  return (
    <Page title={text.audit.title} hint={text.audit.hint} actions={<AuditTools filter={filter} />}>
      <ChainBar />
      <Filters
        organization={organization}
        filter={filter}
        onChange={change}
        isUtc={isUtc}
        onUtc={setIsUtc}
        isWatching={isWatching}
        onWatching={setIsWatching}
      />
      {found.isPending && <Skeleton rows={10} />}
      {found.error && <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />}
      {found.data && events.length === 0 && (
        <EmptyState
          title={isNarrowed ? text.audit.emptyFiltered : text.audit.empty}
          hint={text.audit.emptyHint}
        >
          {filter.range !== 'month' && (
            <Button onClick={() => change({ range: 'month' })}>{text.audit.longer}</Button>
          )}
          {isNarrowed && <Button onClick={clear}>{text.audit.clear}</Button>}
        </EmptyState>
      )}
      {events.length > 0 && <AuditTable events={events} isUtc={isUtc} onShow={setShown} />}
      <footer className={styles.foot}>
        <p role="status">
          {events.length > 0 && text.audit.shown(events.length)}{' '}
          {events.length > 0 && !found.hasNextPage && text.audit.end}
        </p>
        {found.hasNextPage && (
          <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {text.audit.older}
          </Button>
        )}
      </footer>
      {shown && (
        <EventSheet
          event={shown}
          isUtc={isUtc}
          onNarrow={(narrower) => {
            change({ ...NO_FILTER, range: filter.range, from: filter.from, to: filter.to, ...narrower })
            setShown(undefined)
          }}
          onClose={() => setShown(undefined)}
        />
      )}
    </Page>
  )
}
