import type { ReactNode } from 'react'

import type { Change } from '~/lib/pending'
import { text } from '~/lib/text'
import type { Uses } from '~/lib/uses'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Difference } from '~/ui/difference'
import styles from './review-sheet.module.css'
import { UsesNote } from './uses-note'

type ReviewRowProps = {
  change: Change
  /** The value that is replaced, when values are shown. */
  old: string | undefined
  shown: boolean
  tagNames: ReadonlyMap<string, string>
  /** References of the new value that lead to nothing. */
  lost: string[]
  /** The secrets whose references the change breaks. */
  uses: Uses | undefined
  onRewrite: (rewrites: boolean) => void
  onDiscard: () => void
  onKeepMine: () => void
}

const TONES = { create: 'success', update: 'warning', delete: 'danger' } as const

/** One change: what is there and what will be, field by field. */
export function ReviewRow(props: ReviewRowProps) {
  const { change, old, shown, tagNames, lost, uses, onDiscard, onKeepMine } = props
  const { conflict } = change
  const tags = change.tagIds?.map((id) => tagNames.get(id) ?? id).join(', ')
  return (
    <li className={styles.row}>
      <div className={styles.head}>
        <Badge tone={TONES[change.kind]}>{text.review[change.kind]}</Badge>
        <code>{change.key}</code>
        {change.folder !== '/' && <span className={styles.folder}>{change.folder}</span>}
        <Button look="quiet" aria-label={`${text.review.discard} ${change.key}`} onClick={onDiscard}>
          {conflict === undefined ? text.review.discard : text.review.takeTheirs}
        </Button>
        {conflict !== undefined && <Button onClick={onKeepMine}>{text.review.keepMine}</Button>}
      </div>
      {conflict !== undefined && (
        <p className={styles.conflict}>
          {conflict === 0 ? text.review.conflictGone : text.review.conflictMade(conflict)}
        </p>
      )}
      {uses && <UsesNote change={change} uses={uses} onRewrite={props.onRewrite} />}
      {change.newKey !== undefined && <Field label={text.review.rename}>{change.newKey}</Field>}
      {change.value !== undefined && (
        <Field label={text.review.value}>
          {shown ? <Difference before={old ?? ''} after={change.value} /> : text.review.masked}
        </Field>
      )}
      {lost.length > 0 && <p className={styles.warning}>{text.references.lost(lost.join(', '))}</p>}
      {change.kind === 'delete' && shown && (
        <Field label={text.review.value}>
          <Difference before={old ?? ''} after="" />
        </Field>
      )}
      {change.comment !== undefined && <Field label={text.review.comment}>{change.comment}</Field>}
      {tags !== undefined && <Field label={text.review.tags}>{tags || text.review.noTags}</Field>}
    </li>
  )
}

const Field = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className={styles.field}>
    <span>{label}</span>
    <div>{children}</div>
  </div>
)
