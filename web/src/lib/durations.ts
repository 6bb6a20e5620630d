const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads "2h", "30 d", "90m" or plain seconds; undefined if it is none of these. The result is in seconds. */
export function parseDuration(text: string): number | undefined {
  const found = /^\s*(\d{1,10})\s*([smhd]?)\s*$/i.exec(text)
  if (!found) return undefined
  return Number(found[1]) * (UNITS[(found[2] || 's').toLowerCase()] ?? 1)
}

/** Seconds in words: "2 hours", "90 seconds"; "no limit" for 0. */
export function describeDuration(seconds: number): string {
  if (seconds === 0) return 'no limit'
  for (const [length, word] of [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const) {
    if (seconds % length === 0) return `${seconds / length} ${word}${seconds === length ? '' : 's'}`
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`
}
