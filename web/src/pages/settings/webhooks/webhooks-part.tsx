import { useQuery } from '@tanstack/react-query'
import { Plus, Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import type { Project } from '~/api/projects'
import { useWebhookChanges, type Webhook, webhooksQuery } from '~/api/webhooks'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { EmptyState, Failure, Section, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import { AddWebhookDialog } from './add-webhook-dialog'
import { DeliveriesDialog } from './deliveries-dialog'
import { WebhookRow } from './webhook-row'

type Open = { what: 'add' } | { what: 'deliveries' | 'delete'; webhook: Webhook }

/** The webhooks of a project: how each is doing, and everything one can do with it. */
export function WebhooksPart({ project }: { project: Project }) {
  const webhooks = useQuery(webhooksQuery(project.id))
  const changes = useWebhookChanges(project.id)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })

  const test = (webhook: Webhook) =>
    changes.test.mutate(webhook.id, {
      onSuccess: ({ lastStatus, lastRunErrorMessage }) =>
        lastStatus === 'success'
          ? toast(text.webhooks.tested)
          : toast(text.webhooks.testFailed(lastRunErrorMessage ?? text.webhooks.unknownFailure), {
              tone: 'danger',
            }),
      onError: failed,
    })
  const turn = ({ id, isDisabled }: Webhook) =>
    changes.disable.mutate(
      { id, isDisabled: !isDisabled },
      {
        onSuccess: () => toast(isDisabled ? text.webhooks.enabled : text.webhooks.disabled),
        onError: failed,
      },
    )
  const add = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'add' })}>
      {text.webhooks.add}
    </Button>
  )
  const isEmpty = webhooks.data?.length === 0

  return (
    <Section title={text.webhooks.title} hint={text.webhooks.hint} actions={isEmpty ? undefined : add}>
      {webhooks.isPending && <Skeleton rows={3} />}
      {webhooks.error && (
        <Failure message={errorText(webhooks.error)} onRetry={() => void webhooks.refetch()} />
      )}
      {isEmpty && (
        <EmptyState
          icon={<WebhookIcon size={22} />}
          title={text.webhooks.emptyTitle}
          hint={text.webhooks.emptyHint}
        >
          {add}
        </EmptyState>
      )}
      {webhooks.data && !isEmpty && (
        <Table
          label={text.webhooks.title}
          head={[text.webhooks.url, text.webhooks.where, text.webhooks.state, '']}
        >
          {webhooks.data.map((one) => (
            <WebhookRow
              key={one.id}
              webhook={one}
              isTesting={changes.test.isPending && changes.test.variables === one.id}
              onTest={() => test(one)}
              onTurn={() => turn(one)}
              onDeliveries={() => setOpen({ what: 'deliveries', webhook: one })}
              onDelete={() => setOpen({ what: 'delete', webhook: one })}
            />
          ))}
        </Table>
      )}
      {open?.what === 'add' && (
        <AddWebhookDialog
          environments={project.environments}
          busy={changes.add.isPending}
          error={problemOf(changes.add.error)}
          onAdd={(webhook) => changes.add.mutate(webhook, { onSuccess: close })}
          onClose={() => {
            changes.add.reset()
            close()
          }}
        />
      )}
      {open?.what === 'deliveries' && (
        <DeliveriesDialog
          webhook={open.webhook}
          onRetry={(id) =>
            changes.retry.mutate(
              { webhook: open.webhook.id, id },
              { onSuccess: () => toast(text.deliveries.retried), onError: failed },
            )
          }
          onClose={close}
        />
      )}
      {open?.what === 'delete' && (
        <Confirm
          title={text.webhooks.deleteTitle}
          hint={text.webhooks.deleteHint(open.webhook.url)}
          verb={text.common.delete}
          cancel={text.common.cancel}
          busy={changes.remove.isPending}
          error={problemOf(changes.remove.error)}
          onConfirm={() => changes.remove.mutate(open.webhook.id, { onSuccess: close })}
          onClose={close}
        />
      )}
    </Section>
  )
}
