import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

/** Where the chain of the organization's log is, and what the server knows of its proof. */
export type AuditChain = {
  lastSequence: number
  signedSequence: number
  keyFingerprint: string | null
  /** How far the proof that runs now has come; null if none runs. */
  runningAt: number | null
  verification: {
    at: string
    events: number
    pruned: number
    checkpoints: number
    sequence: number
    fault: string | null
    faultSequence: number | null
  } | null
}

/** How often it is looked how far a proof has come, in milliseconds. */
const RUNNING_TIME = 1_000
const KEY = ['audit-chain']

export const auditChainQuery = queryOptions({
  queryKey: KEY,
  queryFn: () => request<AuditChain>('GET', '/api/ui/v1/audit-logs/chain'),
  retry: false,
  refetchInterval: ({ state }) => (state.data && state.data.runningAt !== null ? RUNNING_TIME : false),
})

/** Begins to prove the log on the server. */
export function useVerifyAudit() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<AuditChain>('POST', '/api/ui/v1/audit-logs/verify', { body: {} }),
    onSuccess: (chain) => client.setQueryData(KEY, chain),
  })
}

/** Has the end of the log signed, and returns the line to keep elsewhere. */
export const signedCheckpoint = async () =>
  (await request<{ checkpoint: string }>('POST', '/api/ui/v1/audit-logs/checkpoint', { body: {} })).checkpoint

/** The proof that an event is in the log. */
export const eventProof = (event: string) =>
  request<unknown>('GET', `/api/ui/v1/audit-logs/events/${encodeURIComponent(event)}/proof`)
