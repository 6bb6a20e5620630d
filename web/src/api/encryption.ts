import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type Rotation = {
  state: 'announced' | 'running' | 'finished'
  rowsDone: number
  rowsTotal: number
  startedAt: string
  finishedAt: string | null
}
export type ProjectKey = {
  projectId: string
  projectName: string
  organizationId: string
  organizationName: string
  keyNumber: number
  rotation: Rotation | null
}
export type Encryption = {
  rootKey: { mode: string; id: string; rotatedAt: string | null }
  recoveryKey: { createdAt: string; verifiedAt: string | null } | null
  projects: ProjectKey[]
}

const PATH = '/api/ui/v1/admin/encryption'
/** How often progress is asked for, in milliseconds. */
const PERIOD = 1_500

export const isRotating = ({ rotation }: ProjectKey) => rotation !== null && rotation.state !== 'finished'

/** The keys of the server; read again and again while one is being replaced. */
export const encryptionQuery = queryOptions({
  queryKey: ['encryption'],
  queryFn: () => request<Encryption>('GET', PATH),
  refetchInterval: ({ state }) => (state.data?.projects.some(isRotating) ? PERIOD : false),
})

/** Begins to replace the data key of a project. */
export function useRotateDataKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (projectId: string) => request('POST', `${PATH}/rotate-data-keys`, { body: { projectId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: encryptionQuery.queryKey }),
  })
}
