import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type StreamFormat = 'ndjson' | 'json'
export type Header = { key: string; value: string }
export type AuditStream = {
  id: string
  name: string
  url: string
  type: 'http' | 'syslog' | 'file'
  format: StreamFormat
  isPaused: boolean
  deliveredSequence: number
  eventsWaiting: number
  lastDeliveredAt: string | null
  failedAttempts: number
  lastError: string | null
  nextAttemptAt: string | null
  createdAt: string
  updatedAt: string
}
export type NewAuditStream = {
  name: string
  url: string
  headers: Header[]
  caCertificate: string
  format: StreamFormat
  fromBeginning: boolean
}

const PATH = '/api/v1/audit-log-streams'
/** How often streams are asked for while they are shown, in milliseconds. In the log that is one event in ten minutes. */
const REFRESH_TIME = 10_000
const KEY = ['audit-streams']

export const auditStreamsQuery = () =>
  queryOptions({
    queryKey: KEY,
    queryFn: async () => (await request<{ auditLogStreams: AuditStream[] }>('GET', PATH)).auditLogStreams,
    refetchInterval: REFRESH_TIME,
  })

/** Making, testing, pausing and deleting streams of the organization. */
export function useAuditStreamChanges() {
  const client = useQueryClient()
  const onSettled = () => client.invalidateQueries({ queryKey: KEY })
  return {
    add: useMutation({
      mutationFn: (body: NewAuditStream) => request('POST', PATH, { body }),
      onSettled,
    }),
    /** Sends a test event and returns how it went. */
    test: useMutation({
      mutationFn: (id: string) =>
        request<{ delivered: boolean; error: string | null }>('POST', `${PATH}/${id}/test`),
      onSettled,
    }),
    pause: useMutation({
      mutationFn: ({ id, isPaused }: Pick<AuditStream, 'id' | 'isPaused'>) =>
        request('PATCH', `${PATH}/${id}`, { body: { isPaused } }),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: string) => request('DELETE', `${PATH}/${id}`), onSettled }),
  }
}
