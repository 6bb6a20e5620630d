import { useEffect, useState } from 'react'

/** A value once it has stayed the same for a while, in milliseconds: what was typed, when the typing pauses. */
export function useSettled<T>(value: T, time: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), time)
    return () => clearTimeout(timer)
  }, [value, time])
  return settled
}
