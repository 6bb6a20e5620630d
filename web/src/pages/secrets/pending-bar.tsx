import { Undo2 } from 'lucide-react'

import type { Environment } from '~/api/projects'
import { countByEnvironment, type Pending } from '~/lib/pending'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { toast } from '~/ui/toast'
import styles from './secrets-page.module.css'

/** Says how much is pending and where, and leads to the review. */
export function PendingBar({
  changes,
  environments,
  onReview,
  onDiscard,
  onUndo,
}: {
  changes: Pending['changes']
  environments: Environment[]
  onReview: () => void
  onDiscard: () => void
  onUndo: () => void
}) {
  if (!changes.size) return null
  const names = new Map(environments.map((one) => [one.slug, one.name]))
  const counts = countByEnvironment(changes, [...names.keys()])
  return (
    <section className={styles.pending} aria-label={text.pending.bar(changes.size)}>
      <p>
        <strong>{text.pending.bar(changes.size)}</strong>
        {counts.map(({ environment, count }) => (
          <span key={environment}>
            {names.get(environment) ?? environment} {count}
          </span>
        ))}
      </p>
      <Button look="quiet" icon={<Undo2 size={15} />} onClick={onUndo}>
        {text.pending.undo}
      </Button>
      <Button
        onClick={() => {
          onDiscard()
          toast(text.pending.discarded, { action: { label: text.pending.undo, run: onUndo } })
        }}
      >
        {text.pending.discard}
      </Button>
      <Button look="primary" onClick={onReview}>
        {text.pending.review}
      </Button>
    </section>
  )
}
