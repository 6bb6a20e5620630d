import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { type Project, tagsQuery } from '~/api/projects'
import type { Action, Pending } from '~/lib/pending'
import { PendingBar } from '~/pages/secrets/pending-bar'
import { ReviewSheet } from '~/pages/secrets/review-sheet'
import styles from './compare.module.css'

/** What is pending, and its review, without going back to the grid for it. */
export function PendingPart(props: {
  project: Project
  pending: Pending
  dispatch: (action: Action) => void
}) {
  const { project, pending, dispatch } = props
  const client = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const tags = useQuery(tagsQuery(project.id)).data ?? []
  return (
    <>
      <div className={styles.bar}>
        <PendingBar
          changes={pending.changes}
          environments={project.environments}
          onReview={() => setOpen(true)}
          onDiscard={() => dispatch({ type: 'discard-all' })}
          onUndo={() => dispatch({ type: 'undo' })}
        />
      </div>
      {isOpen && (
        <ReviewSheet
          project={project.id}
          environments={project.environments}
          tagNames={new Map(tags.map((tag) => [tag.id, tag.slug]))}
          changes={pending.changes}
          dispatch={dispatch}
          onCommitted={() => client.invalidateQueries({ queryKey: ['matrix', project.id] })}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
