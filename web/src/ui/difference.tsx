import { diff } from '~/lib/diff'
import styles from './difference.module.css'

/** Two texts in one: what goes is struck through, what comes is underlined; the colour only helps. */
export function Difference({ before, after }: { before: string; after: string }) {
  return (
    <pre className={styles.diff}>
      {diff(before, after).map((piece, at) => {
        const key = `${at}${piece.change}`
        if (piece.change === 'removed') return <del key={key}>{piece.text}</del>
        if (piece.change === 'added') return <ins key={key}>{piece.text}</ins>
        return <span key={key}>{piece.text}</span>
      })}
    </pre>
  )
}

/** A revealed value as it is. */
export const PlainValue = ({ value, empty }: { value: string; empty: string }) =>
  value === '' ? <span className={styles.empty}>{empty}</span> : <pre className={styles.diff}>{value}</pre>
