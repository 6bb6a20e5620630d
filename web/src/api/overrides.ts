import type { CellPlace } from '~/lib/pending'
import { request } from './client'

const path = (place: CellPlace) => `/api/v4/secrets/${encodeURIComponent(place.key)}`
const body = (project: string, { environment, folder }: CellPlace) => ({
  projectId: project,
  environment,
  secretPath: folder,
  type: 'personal',
})

/** Sets the caller's own value of a secret, which nobody else sees. It counts at once: there is nothing to review. */
export const setOwnValue = (project: string, place: CellPlace, value: string, isThere: boolean) =>
  request(isThere ? 'PATCH' : 'POST', path(place), { body: { ...body(project, place), secretValue: value } })

/** Takes the caller's own value away; the shared one counts again. */
export const removeOwnValue = (project: string, place: CellPlace) =>
  request('DELETE', path(place), { body: body(project, place) })
