import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { followProject } from '~/api/changes'
import { concerns, type ServerChange } from '~/lib/live'

/**
 * Follows a project from a revision on, for as long as its tab can be seen: browsers open few connections to one
 * server. Returns the newest revision that changed something about a folder; 0 if there was none.
 */
export function useFollowed(project: string, folder: string, revision: number | undefined): number {
  const client = useQueryClient()
  const [newest, setNewest] = useState(0)
  const isKnown = revision !== undefined
  const latest = useRef({ folder, revision })
  latest.current = { folder, revision }

  useEffect(() => {
    if (!isKnown) return
    const place = { after: String(latest.current.revision) }
    const onChanges = (changes: ServerChange[], of: number) => {
      if (changes.some((one) => one.resource === 'environment'))
        void client.invalidateQueries({ queryKey: ['projects'] })
      if (changes.some((one) => one.resource === 'tag'))
        void client.invalidateQueries({ queryKey: ['tags', project] })
      if (changes.some((one) => concerns(one, latest.current.folder)))
        setNewest((before) => Math.max(before, of))
    }
    const onGap = () => void client.invalidateQueries({ queryKey: ['matrix', project] })
    let stream = new AbortController()
    const look = () => {
      stream.abort()
      if (document.hidden) return
      stream = new AbortController()
      void followProject(project, place, { onChanges, onGap }, stream.signal)
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      stream.abort()
    }
  }, [project, isKnown, client])
  return newest
}
