import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type WebhookType = 'general' | 'slack' | 'microsoft-teams'
export type Webhook = {
  id: string
  url: string
  secretPath: string
  environment: { id: string; name: string; slug: string }
  isDisabled: boolean
  lastStatus: 'success' | 'failed' | null
  lastRunErrorMessage: string | null
  type: WebhookType
  createdAt: string
  updatedAt: string
}
export type DeliveryStatus = 'pending' | 'delivered' | 'dead'
export type Delivery = {
  id: string
  secretPath: string
  revision: number
  status: DeliveryStatus
  attempts: number
  nextAttemptAt: string | null
  errorMessage: string | null
  createdAt: string
  updatedAt: string
}

const PATH = '/api/v1/webhooks'
const deliveriesPath = (webhook: string) => `/api/ui/v1/webhooks/${webhook}/deliveries`

export const webhooksQuery = (project: string) =>
  queryOptions({
    queryKey: ['webhooks', project],
    queryFn: async () =>
      (await request<{ webhooks: Webhook[] }>('GET', PATH, { query: { projectId: project } })).webhooks,
  })

/** How often deliveries are asked for while they are shown, in milliseconds: a notice goes out a second after its commit. */
const REFRESH_TIME = 2_000

/** The newest deliveries of a webhook, of one status or of all (an empty one). */
export const deliveriesQuery = (webhook: string, status: DeliveryStatus | '') =>
  queryOptions({
    queryKey: ['deliveries', webhook, status],
    queryFn: async () =>
      (
        await request<{ deliveries: Delivery[] }>('GET', deliveriesPath(webhook), {
          query: { status: status || undefined },
        })
      ).deliveries,
    refetchInterval: REFRESH_TIME,
  })

export type NewWebhook = {
  type: WebhookType
  environment: string
  secretPath: string
  webhookUrl: string
  webhookSecretKey: string
}

/** Making, testing, turning off and deleting webhooks of a project. */
export function useWebhookChanges(project: string) {
  const client = useQueryClient()
  const onSettled = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['webhooks', project] }),
      client.invalidateQueries({ queryKey: ['deliveries'] }),
    ])
  return {
    add: useMutation({
      mutationFn: (body: NewWebhook) => request('POST', PATH, { body: { projectId: project, ...body } }),
      onSettled,
    }),
    /** Sends a test and returns how it went. */
    test: useMutation({
      mutationFn: async (id: string) =>
        (await request<{ webhook: Webhook }>('POST', `${PATH}/${id}/test`)).webhook,
      onSettled,
    }),
    disable: useMutation({
      mutationFn: ({ id, isDisabled }: Pick<Webhook, 'id' | 'isDisabled'>) =>
        request('PATCH', `${PATH}/${id}`, { body: { isDisabled } }),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${PATH}/${id}`), onSettled }),
    /** Sends a delivery once more that was given up. */
    retry: useMutation({
      mutationFn: ({ webhook, id }: { webhook: string; id: string }) =>
        request('POST', `${deliveriesPath(webhook)}/${id}/retry`),
      onSettled,
    }),
  }
}
