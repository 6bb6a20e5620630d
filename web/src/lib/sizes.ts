/** A number of bytes in words: "512 bytes", "1.5 MB". Steps of 1000; `units` names them. */
export function describeBytes(bytes: number, units: readonly string[]): string {
  let [value, step] = [bytes, 0]
  while (value >= 999.95 && step < units.length - 1) {
    value /= 1000
    step += 1
  }
  return `${step === 0 ? value : value.toFixed(1)} ${units[step]}`
}
