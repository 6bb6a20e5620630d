import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { meQuery } from '~/api/account'
import { matrixQuery } from '~/api/grid'
import { difference, overtaken } from '~/lib/live'
import { text } from '~/lib/text'
import { useFollowed } from './use-followed'
import type { Secrets } from './use-secrets'

/** Changes that come close together are read at once, in milliseconds. */
const TOGETHER = 300
/** How long the page says what changed, in milliseconds. */
const NEWS_TIME = 12_000

/**
 * Keeps the grid as the server has it. While somebody edits a cell nothing moves; pending changes stay, and those made
 * on an older version are marked. Returns what to say of it.
 */
export function useLive(secrets: Secrets, project: string, isEditing: boolean): string {
  const { folder, matrix, pending, dispatch } = secrets
  const client = useQueryClient()
  const [news, setNews] = useState('')
  const shown = matrix.data
  const isReading = matrix.isFetching
  const newest = useFollowed(project, folder, shown?.revision)
  // The revision that is shown, where it is too old.
  const old = shown && newest > shown.revision ? shown.revision : undefined

  useEffect(() => {
    if (old === undefined || isEditing) return
    const timer = setTimeout(() => void refresh(client, project, folder).then(setNews), TOGETHER)
    return () => clearTimeout(timer)
  }, [old, isEditing, client, project, folder])
  useEffect(() => {
    if (!news) return
    const timer = setTimeout(() => setNews(''), NEWS_TIME)
    return () => clearTimeout(timer)
  }, [news])
  useEffect(() => {
    // While it is being read again, what is shown may be too old to judge by.
    const found = shown && !isReading ? overtaken(pending.changes, folder, shown) : []
    if (found.length) dispatch({ type: 'conflicts', found })
  }, [shown, isReading, pending.changes, folder, dispatch])
  return news
}

/** Reads the folder again, and says what others changed in it. */
async function refresh(client: QueryClient, project: string, folder: string): Promise<string> {
  const { queryKey } = matrixQuery(project, folder)
  const before = client.getQueryData(queryKey)
  await client.invalidateQueries({ queryKey: ['matrix', project] })
  const after = client.getQueryData(queryKey)
  if (!before || !after) return ''
  const me = client.getQueryData(meQuery.queryKey)?.email ?? ''
  const { cells, people } = difference(before, after, me)
  return cells ? text.live.changed(cells, people) : ''
}
