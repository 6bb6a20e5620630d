import type { CellPlace } from '~/lib/pending'
import { request } from './client'

const path = (project: string) => `/api/ui/v1/projects/${project}/own-value`
const body = ({ environment, folder, key }: CellPlace) => ({ environment, path: folder, key })

/** Sets the caller's own value of a secret, which nobody else sees. It counts at once: there is nothing to review. */
export const setOwnValue = (project: string, place: CellPlace, value: string) =>
  request('PUT', path(project), { body: { ...body(place), value } })

/** Takes the caller's own value away; the shared one counts again. */
export const removeOwnValue = (project: string, place: CellPlace) =>
  request('DELETE', path(project), { body: body(place) })
