import { type RefObject, useEffect, useState } from 'react'

/** Rows drawn above and below what can be seen, so that fast scrolling shows no gaps. */
const OVERSCAN = 8

/** The rows to draw: from `first` up to, not including, `end`. */
export function rowsInView(scrollTop: number, height: number, rowHeight: number, count: number) {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN)
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN)
  return { first: Math.min(first, end), end }
}

/** Follows a scrolling element and says which of its `count` rows of one height are to be drawn. */
export function useRowWindow(element: RefObject<HTMLElement | null>, rowHeight: number, count: number) {
  const [rows, setRows] = useState({ first: 0, end: Math.min(count, 40) })
  useEffect(() => {
    const box = element.current
    if (!box) return
    const look = () =>
      setRows((before) => {
        const now = rowsInView(box.scrollTop, box.clientHeight, rowHeight, count)
        return now.first === before.first && now.end === before.end ? before : now
      })
    look()
    box.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(box)
    return () => {
      box.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [element, rowHeight, count])
  // Between a change of the count and the effect above the old window may reach too far.
  return { first: Math.min(rows.first, count), end: Math.min(rows.end, count) }
}

/** Scrolls `element` so that row `at` can be seen below `head` pixels of sticky header. */
export function scrollToRow(element: HTMLElement, at: number, rowHeight: number, head: number) {
  const top = at * rowHeight
  if (top < element.scrollTop) element.scrollTop = top
  else if (top + rowHeight + head > element.scrollTop + element.clientHeight) {
    element.scrollTop = top + rowHeight + head - element.clientHeight
  }
}
