import { AlertTriangle } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'

import { Button } from './button'
import styles from './page.module.css'
import { RefusalLine } from './refusal'

/** The frame of a page: its title, what it is for, its actions and what is on it. */
export function Page(props: {
  title: string
  hint?: ReactNode
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  useTitle(props.title)
  return (
    <div className={props.wide ? styles.wide : styles.page}>
      <header className={styles.header}>
        <div className={styles.heading}>
          <h1>{props.title}</h1>
          {props.hint && <p className={styles.hint}>{props.hint}</p>}
        </div>
        {props.actions && <div className={styles.actions}>{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}

/** Names the browser's tab after the page. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Tacit`
  }, [title])
}

/** A titled block of a page. */
export function Section({
  title,
  hint,
  actions,
  children,
}: {
  title: string
  hint?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}) {
  return (
    <section className={styles.section}>
      <header className={styles.sectionHead}>
        <div className={styles.heading}>
          <h2>{title}</h2>
          {hint && <p className={styles.hint}>{hint}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  )
}

/** What stands where nothing is yet: says what would be here and how to get it. */
export function EmptyState({
  icon,
  title,
  hint,
  children,
}: {
  icon?: ReactNode
  title: string
  hint?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      {icon && <div className={styles.emptyIcon}>{icon}</div>}
      <h2>{title}</h2>
      {hint && <p className={styles.hint}>{hint}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  )
}

/** Grey bars where rows will be. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike and never move
        <div key={row} />
      ))}
    </div>
  )
}

/** An error that took the place of what should be here. */
export function Failure({ message, onRetry }: { message: string; onRetry?: (() => void) | undefined }) {
  return (
    <div className={styles.failure} role="alert">
      <AlertTriangle size={18} />
      <p>
        {message} <RefusalLine message={message} />
      </p>
      {onRetry && <Button onClick={onRetry}>Retry</Button>}
    </div>
  )
}

/** A calm remark beside what it is about. */
export function Note({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'warning' | 'danger' | 'success'
  children: ReactNode
}) {
  return <div className={`${styles.note} ${styles[tone]}`}>{children}</div>
}
