import type { ReactNode } from 'react'

import styles from './badge.module.css'

/** A short word about a thing: a role, a state. */
export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'accent' | 'warning' | 'danger' | 'success'
  children: ReactNode
}) {
  return <span className={`${styles.badge} ${styles[tone]}`}>{children}</span>
}
