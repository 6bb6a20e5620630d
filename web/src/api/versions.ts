import { queryOptions } from '@tanstack/react-query'

import type { CellPlace } from '~/lib/pending'
import { request } from './client'

/** As many as the server keeps of a secret at most. */
const VERSIONS_MAX = 100

/** What a secret is beside its value. */
export type SecretHead = { id: string; secretComment: string }

/** One version of a secret, without its value. */
export type Version = {
  /** Names the version when its value is asked for. */
  id: string
  version: number
  secretKey: string
  secretComment: string
  tags: { id: string; slug: string }[]
  actor: { actorType: string; name: string }
  createdAt: string
  updatedAt: string
}

/** The id and the comment of a secret, without its value. */
export const secretHeadQuery = (project: string, place: CellPlace) =>
  queryOptions({
    queryKey: ['secret-head', project, place],
    queryFn: async () => {
      const { secret } = await request<{ secret: SecretHead }>(
        'GET',
        `/api/v4/secrets/${encodeURIComponent(place.key)}`,
        {
          query: {
            projectId: project,
            environment: place.environment,
            secretPath: place.folder,
            viewSecretValue: false,
            includeImports: false,
          },
        },
      )
      return secret
    },
  })

/** The versions of a secret that are kept, newest first. `present` is its version now: a new one asks anew. */
export const versionsQuery = (secret: string, present: number) =>
  queryOptions({
    queryKey: ['versions', secret, present],
    queryFn: async () => {
      const query = { offset: 0, limit: VERSIONS_MAX, viewSecretValue: false }
      const path = `/api/v1/secret/${secret}/secret-versions`
      return (await request<{ secretVersions: Version[] }>('GET', path, { query })).secretVersions
    },
  })

/** Reads the value of a version, which the audit log records. */
export const revealVersion = async (version: string) =>
  (await request<{ value: string }>('POST', `/api/ui/v1/secret-versions/${version}/reveal`, { body: {} }))
    .value
