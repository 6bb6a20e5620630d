import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

/** A row that does not decrypt. */
export type DamagedRow = { table: string; id: string; version: number }
export type Rotation = {
  state: 'announced' | 'running' | 'blocked' | 'finished'
  rowsDone: number
  rowsTotal: number
  startedAt: string
  finishedAt: string | null
  /** What blocks it: how many rows, and the first of them. */
  damaged: { count: number; rows: DamagedRow[] } | null
}
export type DataKey = {
  organizationId: string
  organizationName: string
  keyNumber: number
  rotation: Rotation | null
}
export type ProjectKey = DataKey & { projectId: string; projectName: string }
export type Encryption = {
  rootKey: { mode: string; id: string; rotatedAt: string | null }
  recoveryKey: { createdAt: string; verifiedAt: string | null } | null
  projects: ProjectKey[]
  organizations: DataKey[]
}
/** Which keys to replace: one, or all. */
export type RotateRequest = { projectId?: string; organizationId?: string; giveUpDamaged?: boolean }

const PATH = '/api/ui/v1/admin/encryption'
/** How often progress is asked for, in milliseconds. */
const PERIOD = 1_500

/** Whether it goes on by itself. */
export const isRotating = ({ rotation }: DataKey) =>
  rotation?.state === 'announced' || rotation?.state === 'running'

/** The keys of the server; read again and again while one is being replaced. */
export const encryptionQuery = queryOptions({
  queryKey: ['encryption'],
  queryFn: () => request<Encryption>('GET', PATH),
  refetchInterval: ({ state: { data } }) =>
    data?.projects.some(isRotating) || data?.organizations.some(isRotating) ? PERIOD : false,
})

/** Begins to replace data keys, or gives up what blocks it. */
export function useRotateDataKeys() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: RotateRequest) => request('POST', `${PATH}/rotate-data-keys`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: encryptionQuery.queryKey }),
  })
}
