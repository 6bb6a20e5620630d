import { useQuery } from '@tanstack/react-query'
import { Plus, Radio } from 'lucide-react'
import { useState } from 'react'

import { type AuditStream, auditStreamsQuery, useAuditStreamChanges } from '~/api/audit-streams'
import { errorText, problemOf } from '~/api/client'
import { text as general } from '~/lib/text'
import { auditStreams as text } from '~/lib/text/audit-streams'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { EmptyState, Failure, Section, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import { AddStreamDialog } from './add-stream-dialog'
import { StreamRow } from './stream-row'

type Open = { what: 'add' } | { what: 'delete'; stream: AuditStream }

/** Where the audit log of the organization is sent, and how far that came. */
export function AuditStreamsPart() {
  const streams = useQuery(auditStreamsQuery())
  const changes = useAuditStreamChanges()
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })

  const test = (stream: AuditStream) =>
    changes.test.mutate(stream.id, {
      onSuccess: ({ delivered, error }) =>
        delivered ? toast(text.tested) : toast(text.testFailed(error ?? ''), { tone: 'danger' }),
      onError: failed,
    })
  const pause = ({ id, isPaused }: AuditStream) =>
    changes.pause.mutate(
      { id, isPaused: !isPaused },
      { onSuccess: () => toast(isPaused ? text.goesOn : text.paused), onError: failed },
    )
  const add = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
      {text.add}
    </Button>
  )
  const isEmpty = streams.data?.length === 0

  return (
    <Section title={text.title} hint={text.hint} actions={isEmpty || !streams.data ? undefined : add}>
      {streams.isPending && <Skeleton rows={2} />}
      {streams.error && <Failure message={errorText(streams.error)} onRetry={() => void streams.refetch()} />}
      {isEmpty && (
        <EmptyState icon={<Radio size={22} />} title={text.emptyTitle} hint={text.emptyHint}>
          {add}
        </EmptyState>
      )}
      {streams.data && !isEmpty && (
        <Table label={text.title} head={[text.target, text.state, '']}>
          {streams.data.map((one) => (
            <StreamRow
              key={one.id}
              stream={one}
              isTesting={changes.test.isPending && changes.test.variables === one.id}
              onTest={() => test(one)}
              onPause={() => pause(one)}
              onDelete={() => setOpen({ what: 'delete', stream: one })}
            />
          ))}
        </Table>
      )}
      {open?.what === 'add' && (
        <AddStreamDialog
          busy={changes.add.isPending}
          error={problemOf(changes.add.error)}
          onAdd={(stream) => changes.add.mutate(stream, { onSuccess: close })}
          onClose={() => {
            changes.add.reset()
            close()
          }}
        />
      )}
      {open?.what === 'delete' && (
        <Confirm
          title={text.deleteTitle}
          hint={text.deleteHint(open.stream.name)}
          verb={general.common.delete}
          cancel={general.common.cancel}
          busy={changes.remove.isPending}
          error={problemOf(changes.remove.error)}
          onConfirm={() => changes.remove.mutate(open.stream.id, { onSuccess: close })}
          onClose={close}
        />
      )}
    </Section>
  )
}
