export type Piece = { text: string; change: 'same' | 'added' | 'removed' }

/** Texts longer than this are compared by their common beginning and end alone. */
const COMPARED_MAX = 1500

/** The difference of two values: by lines when one has several, else by letters. */
export function diff(before: string, after: string): Piece[] {
  const byLine = before.includes('\n') || after.includes('\n')
  const units = (text: string) => (byLine ? text.match(/[^\n]*\n|[^\n]+$/g) : [...text]) ?? []
  return merge(compare(units(before), units(after)))
}

function compare(before: string[], after: string[]): Piece[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let tail = 0
  while (
    tail < before.length - start &&
    tail < after.length - start &&
    before.at(-1 - tail) === after.at(-1 - tail)
  )
    tail += 1
  const a = before.slice(start, before.length - tail)
  const b = after.slice(start, after.length - tail)
  return [
    ...before.slice(0, start).map((text): Piece => ({ text, change: 'same' })),
    ...middle(a, b),
    ...before.slice(before.length - tail).map((text): Piece => ({ text, change: 'same' })),
  ]
}

/** The longest common subsequence of what differs. */
function middle(a: string[], b: string[]): Piece[] {
  const removed = a.map((text): Piece => ({ text, change: 'removed' }))
  const added = b.map((text): Piece => ({ text, change: 'added' }))
  if (!a.length || !b.length || a.length + b.length > COMPARED_MAX) return [...removed, ...added]
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pieces: Piece[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ text: a[i] ?? '', change: 'same' })
      i += 1
      j += 1
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      pieces.push({ text: a[i] ?? '', change: 'removed' })
      i += 1
    } else {
      pieces.push({ text: b[j] ?? '', change: 'added' })
      j += 1
    }
  }
  return pieces
}

function merge(pieces: Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (last?.change === piece.change) last.text += piece.text
    else merged.push({ ...piece })
  }
  return merged
}
