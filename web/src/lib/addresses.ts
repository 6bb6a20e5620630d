/** An address or range as the server takes it. */
type Range = { ipAddress: string; prefix?: number }

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
const IPV6 = /^(?=.*:)(?!.*:::)(?!.*::.*::)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}$/i

/** Reads addresses and ranges, one a line; `bad` is the first line that is neither. */
export function parseRanges(text: string): { ranges: Range[] } | { bad: string } {
  const ranges: Range[] = []
  for (const line of text.split(/[\n,]/).map((one) => one.trim())) {
    if (!line) continue
    const [address = '', prefix, more] = line.split('/')
    const longest = IPV4.test(address) ? 32 : IPV6.test(address) ? 128 : -1
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest)
    if (longest < 0 || !isPrefix || more !== undefined) return { bad: line }
    ranges.push(
      prefix === undefined ? { ipAddress: address } : { ipAddress: address, prefix: Number(prefix) },
    )
  }
  return { ranges }
}

/** The same as text, one a line. */
export const showRanges = (ranges: Range[]) =>
  ranges
    .map(({ ipAddress, prefix }) => (prefix === undefined ? ipAddress : `${ipAddress}/${prefix}`))
    .join('\n')
