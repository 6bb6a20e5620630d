import { useSearchParams } from 'wouter'

import { type AuditFilter, type FilterName, NO_FILTER } from '~/lib/audit-filter'

const NAMES = Object.keys(NO_FILTER) as FilterName[]

/** The filter of the address, and the ways to change it. */
export function useAuditFilter() {
  const [search, setSearch] = useSearchParams()
  const filter = filterOf(search)
  const change = (part: Partial<AuditFilter>) =>
    setSearch(searchOf({ ...filter, ...part }), { replace: true })
  return {
    filter,
    change,
    /** Leaves the time as it is. */
    clear: () => change({ ...NO_FILTER, range: filter.range, from: filter.from, to: filter.to }),
    isNarrowed: NAMES.some((name) => !['range', 'from', 'to'].includes(name) && filter[name]),
  }
}

const filterOf = (search: URLSearchParams): AuditFilter =>
  Object.fromEntries(NAMES.map((name) => [name, search.get(name) ?? NO_FILTER[name]])) as AuditFilter

/** The filter as it stands in an address: without what does not narrow. */
export const searchOf = (filter: AuditFilter) =>
  new URLSearchParams(
    NAMES.filter((name) => filter[name] !== NO_FILTER[name]).map((name) => [name, filter[name]]),
  )
