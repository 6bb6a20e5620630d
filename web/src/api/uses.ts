import { queryOptions } from '@tanstack/react-query'

import { type CellPlace, cellKey } from '~/lib/pending'
import type { Uses } from '~/lib/uses'
import { request } from './client'

/** The server answers for no more secrets at once. */
const PLACES_MAX = 100

type WireUses = {
  secrets: { environment: string; secretPath: string; secretKey: string }[]
  isComplete: boolean
}

/** The secrets that refer to each of several secrets, by the cells of those that are asked about. */
export const usesQuery = (project: string, places: CellPlace[]) =>
  queryOptions({
    queryKey: ['uses', project, places.map(cellKey)],
    staleTime: 0,
    queryFn: async (): Promise<ReadonlyMap<string, Uses>> => {
      const found = new Map<string, Uses>()
      for (let from = 0; from < places.length; from += PLACES_MAX) {
        const asked = places.slice(from, from + PLACES_MAX)
        const secrets = asked.map(({ environment, folder, key }) => ({ environment, path: folder, key }))
        const { uses } = await request<{ uses: WireUses[] }>(
          'POST',
          `/api/ui/v1/projects/${project}/used-by`,
          { body: { secrets } },
        )
        for (const [at, place] of asked.entries()) found.set(cellKey(place), readUses(uses[at]))
      }
      return found
    },
  })

const readUses = (wire: WireUses | undefined): Uses => ({
  places: (wire?.secrets ?? []).map(({ environment, secretPath: folder, secretKey: key }) => ({
    environment,
    folder,
    key,
  })),
  isComplete: wire?.isComplete ?? true,
})
