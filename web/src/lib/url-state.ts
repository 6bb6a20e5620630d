import { useSearchParams } from 'wouter'

/** One part of the address's query, such as a filter, and the way to change it. Never a value of a secret. */
export function useUrlState(name: string, fallback = ''): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams()
  const set = (value: string) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before)
        if (value === fallback) after.delete(name)
        else after.set(name, value)
        return after
      },
      { replace: true },
    )
  return [search.get(name) ?? fallback, set]
}
