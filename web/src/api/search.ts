import { queryOptions } from '@tanstack/react-query'

import { type Found, type Match, type Question, together } from '~/lib/search-query'
import { ApiError, request } from './client'

/** As many matches of one project as one looks through by eye. */
const MATCHES_MAX = 50
/** More projects are not searched at once: each is a request. */
export const PROJECTS_MAX = 25

/** Searches projects by names, tags and the like. The order of the projects is kept. */
export const searchQuery = (projects: string[], question: Question | undefined) =>
  queryOptions({
    queryKey: ['search', projects, question],
    queryFn: ({ signal }) => searchAll(projects, question ?? {}, signal),
    enabled: question !== undefined,
    staleTime: 5_000,
  })

/**
 * Searches projects for secrets with exactly this value. It goes in the body of a request and is kept nowhere; the audit
 * log says that somebody searched by a value, not by which.
 */
export const searchByValue = (projects: string[], value: string) => searchAll(projects, { value })

async function searchAll(projects: string[], body: Question | { value: string }, signal?: AbortSignal) {
  const found = await Promise.all(
    projects.slice(0, PROJECTS_MAX).map((project) => searchOne(project, body, signal)),
  )
  return found.flat()
}

async function searchOne(
  project: string,
  body: Question | { value: string },
  signal: AbortSignal | undefined,
): Promise<Found[]> {
  try {
    const { secrets } = await request<{ secrets: Match[] }>('POST', `/api/ui/v1/projects/${project}/search`, {
      body: { ...body, limit: MATCHES_MAX },
      signal,
    })
    return together(project, secrets)
  } catch (error) {
    // A project whose secrets one may not see has none to be found.
    if (error instanceof ApiError && error.status === 403) return []
    throw error
  }
}
