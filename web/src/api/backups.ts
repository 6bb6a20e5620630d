import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { request, requestFile } from './client'

export type Backup = {
  id: string
  /** The server that has the file. */
  node: string
  fileName: string
  startedAt: string
  /** None while it is being written. */
  finishedAt: string | null
  sizeBytes: number | null
  rowCount: number | null
  failure: string | null
  checkedAt: string | null
  checkFailure: string | null
  isRemoved: boolean
}
export type Backups = {
  schedule: { everySeconds: number; kept: number; node: string } | null
  backups: Backup[]
  ageSeconds: number | null
  lastMade: Backup | null
  lastChecked: Backup | null
}

const PATH = '/api/ui/v1/admin/backups'

export const backupsQuery = queryOptions({
  queryKey: ['instance-admin', 'backups'],
  queryFn: () => request<Backups>('GET', PATH),
  // One that is being made by a schedule ends by itself.
  refetchInterval: 30_000,
})

/** The encrypted file of a backup. */
export const fetchBackup = (id: string) => requestFile(`${PATH}/${id}/file`)

function useBackupMutation<Input>(mutationFn: (input: Input) => Promise<{ backup: Backup }>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    // Also when the request was cut off: the server goes on.
    onSettled: () => client.invalidateQueries({ queryKey: backupsQuery.queryKey }),
  })
}

/** What administrators do with backups. */
export const useBackupChanges = () => ({
  make: useBackupMutation<void>(() => request('POST', PATH)),
  check: useBackupMutation((id: string) => request('POST', `${PATH}/${id}/check`)),
})
