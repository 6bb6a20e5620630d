import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { type AuditEvent, actorNames } from '~/lib/audit-events'
import { type AuditFilter, wireFilter } from '~/lib/audit-filter'
import { request, requestFile } from './client'

/** How many events are read at once. */
const PAGE_LENGTH = 100
/** As many events as one answer has. */
const ANSWER_MAX = 1000
/** How often new events are looked for while one watches, in milliseconds. */
const WATCH_TIME = 3_000

type Query = Record<string, string | number | undefined>

const list = async (query: Query, project?: string) =>
  (
    await request<{ auditLogs: AuditEvent[] }>(
      'GET',
      project ? `/api/v1/workspace/${project}/audit-logs` : '/api/v1/organization/audit-logs',
      { query },
    )
  ).auditLogs

/**
 * Events that the filter lets through, from the newest on, page by page. A page begins after the last event of the one
 * before, so that new events move nothing.
 */
export const auditQuery = (filter: AuditFilter, isWatching: boolean) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      list({ ...wireFilter(filter, Date.now()), before: pageParam || undefined, limit: PAGE_LENGTH }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.length === PAGE_LENGTH ? last.at(-1)?.id : undefined),
    refetchInterval: isWatching ? WATCH_TIME : false,
    staleTime: 0,
  })

/** What an export can be. */
export type ExportFormat = 'ndjson' | 'csv'

/** All events that the filter lets through, as a file of the server's making. */
export const exportFile = (filter: AuditFilter, format: ExportFormat) =>
  requestFile('/api/ui/v1/audit-logs/export', { ...wireFilter(filter, Date.now()), format })

const WEEK = 7 * 24 * 3_600_000
const READS = 'get-secret,get-secrets'

/** Who read secrets of a project in the last 7 days, the latest first. */
export const readersQuery = (project: string) =>
  queryOptions({
    queryKey: ['readers', project],
    queryFn: async () => {
      const startDate = new Date(Date.now() - WEEK).toISOString()
      return actorNames(await list({ eventType: READS, startDate, limit: ANSWER_MAX }, project))
    },
  })

/** How often it is looked whether a machine has read, in milliseconds. */
const READ_TIME = 5_000

/** Whether any machine has read a secret of a project. Asked again until one has. */
export const machineReadQuery = (project: string) =>
  queryOptions({
    queryKey: ['machine-read', project],
    queryFn: async () =>
      (await list({ eventType: READS, actorType: 'identity', limit: 1 }, project)).length > 0,
    refetchInterval: ({ state }) => (state.data === false ? READ_TIME : false),
  })
