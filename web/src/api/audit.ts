import { queryOptions } from '@tanstack/react-query'

import { actorNames } from '~/lib/audit-events'
import { request } from './client'

/** How many events are shown at once. */
export const EVENTS_MAX = 100

export type AuditEvent = {
  id: string
  createdAt: string
  eventType: string
  eventMetadata: Record<string, unknown>
  ipAddress: string | null
  userAgentType: string | null
  projectName: string | null
  actor: { type: string; metadata: Record<string, unknown> }
}

export type AuditFilter = { from: string; eventType: string; offset: number }

/** The newest events of the organization that the filter lets through. */
export const auditQuery = ({ from, eventType, offset }: AuditFilter) =>
  queryOptions({
    queryKey: ['audit', from, eventType, offset],
    queryFn: async () =>
      (
        await request<{ auditLogs: AuditEvent[] }>('GET', '/api/v1/organization/audit-logs', {
          query: { startDate: from, offset, limit: EVENTS_MAX, ...(eventType ? { eventType } : {}) },
        })
      ).auditLogs,
  })

const WEEK = 7 * 24 * 3_600_000
/** As many events as one answer has. */
const READS_MAX = 1000

/** Who read secrets of a project in the last 7 days, the latest first. */
export const readersQuery = (project: string) =>
  queryOptions({
    queryKey: ['readers', project],
    queryFn: async () => {
      const { auditLogs } = await request<{ auditLogs: AuditEvent[] }>(
        'GET',
        `/api/v1/workspace/${project}/audit-logs`,
        {
          query: {
            eventType: 'get-secret,get-secrets',
            startDate: new Date(Date.now() - WEEK).toISOString(),
            limit: READS_MAX,
          },
        },
      )
      return actorNames(auditLogs)
    },
  })

/** How often it is looked whether a machine has read, in milliseconds. */
const READ_TIME = 5_000

/** Whether any machine has read a secret of a project. Asked again until one has. */
export const machineReadQuery = (project: string) =>
  queryOptions({
    queryKey: ['machine-read', project],
    queryFn: async () => {
      const { auditLogs } = await request<{ auditLogs: AuditEvent[] }>(
        'GET',
        `/api/v1/workspace/${project}/audit-logs`,
        { query: { eventType: 'get-secret,get-secrets', actorType: 'identity', limit: 1 } },
      )
      return auditLogs.length > 0
    },
    refetchInterval: ({ state }) => (state.data === false ? READ_TIME : false),
  })
