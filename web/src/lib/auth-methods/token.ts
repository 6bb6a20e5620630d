type Times = {
  createdAt: string
  accessTokenTTL: number
  accessTokenMaxTTL: number
  accessTokenLastRenewedAt: string | null
}

/** When a token ends unless it is renewed, in milliseconds; nothing if it never does. 0 means no limit. */
export function expiryOf(token: Times): number | undefined {
  const { createdAt, accessTokenTTL: ttl, accessTokenMaxTTL: max, accessTokenLastRenewedAt: renewed } = token
  const made = new Date(createdAt).getTime()
  const from = renewed ? new Date(renewed).getTime() : made
  const ends = [ttl > 0 ? from + ttl * 1000 : undefined, max > 0 ? made + max * 1000 : undefined]
  const earliest = Math.min(...ends.filter((end) => end !== undefined))
  return Number.isFinite(earliest) ? earliest : undefined
}
