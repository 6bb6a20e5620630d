import type { ReactNode } from 'react'

import { useTitle } from '~/ui/page'
import styles from './outside.module.css'

/** The frame of pages for people who are not signed in: one card in the middle. */
export function Outside({
  title,
  hint,
  children,
}: {
  title: string
  hint?: ReactNode
  children?: ReactNode
}) {
  useTitle(title)
  return (
    <main className={styles.outside}>
      <div className={styles.card}>
        <Mark />
        <div className={styles.heading}>
          <h1>{title}</h1>
          {hint && <p>{hint}</p>}
        </div>
        {children}
      </div>
    </main>
  )
}

/** The product's sign and name. */
export const Mark = () => (
  <span className={styles.mark}>
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <g className={styles.dots}>
        <circle cx="10" cy="16" r="2.6" />
        <circle cx="16" cy="16" r="2.6" />
        <circle cx="22" cy="16" r="2.6" />
      </g>
    </svg>
    <span className={styles.name}>Tacit</span>
  </span>
)
