const MINUTE = 60_000
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** "3 hr. ago", "yesterday", "just now"; a date when it is more than 30 days off. */
export function timeAgo(time: string | number | Date, now = Date.now()): string {
  const then = new Date(time).getTime()
  if (Number.isNaN(then)) return ''
  const off = then - now
  if (Math.abs(off) > 30 * 24 * 60 * MINUTE)
    return new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(then)
  for (const [unit, length] of STEPS) {
    if (Math.abs(off) >= length) return relative.format(Math.round(off / length), unit)
  }
  return 'just now'
}

/** The full local date and time, for titles. */
export function fullTime(time: string | number | Date): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? '' : absolute.format(date)
}

const exact = (timeZone?: string) =>
  new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(timeZone ? { timeZone } : {}),
  })
const LOCAL = exact()
const UTC = exact('UTC')

/** A time to the second, here or in UTC. */
export const exactTime = (time: string, isUtc: boolean): string =>
  isUtc ? `${UTC.format(new Date(time))} UTC` : LOCAL.format(new Date(time))
