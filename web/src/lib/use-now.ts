import { useEffect, useState } from 'react'

/** Milliseconds between two looks at the clock. */
const STEP = 1000

/** The time now, in milliseconds, which goes on. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP)
    return () => clearInterval(timer)
  }, [])
  return now
}
