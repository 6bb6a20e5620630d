import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { COMMIT_MAX, commitChanges, revealedValue, revealValues } from '~/api/grid'
import { revertCommit } from '~/api/history'
import type { Environment } from '~/api/projects'
import { usesQuery } from '~/api/uses'
import { useUnresolved } from '~/components/use-unresolved'
import { type Action, type Change, cellKey, countByEnvironment, type Pending } from '~/lib/pending'
import type { Written } from '~/lib/references'
import { text } from '~/lib/text'
import { breaking, usesLeft } from '~/lib/uses'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { TextField } from '~/ui/field'
import { FormProblem } from '~/ui/form'
import { Note } from '~/ui/page'
import { toast } from '~/ui/toast'
import { ReviewRow } from './review-row'
import styles from './review-sheet.module.css'

/** The longest message of a commit. */
const MESSAGE_MAX = 255

type ReviewProps = {
  project: string
  environments: Environment[]
  tagNames: ReadonlyMap<string, string>
  changes: Pending['changes']
  dispatch: (action: Action) => void
  /** Called when the server has something new; done when it was read. */
  onCommitted: () => Promise<void>
  onClose: () => void
}

/** All pending changes with what they replace, and the one button that commits them together. */
export function ReviewSheet(props: ReviewProps) {
  const { project, changes, dispatch } = props
  const list = [...changes.values()]
  const [old, setOld] = useState<ReadonlyMap<string, string>>()
  const lost = useUnresolved(project, writtenIn(changes), changes)
  const broken = breaking(changes)
  const uses = useQuery({ ...usesQuery(project, broken), enabled: broken.length > 0 }).data
  const names = new Map(props.environments.map((one) => [one.slug, one.name]))
  const isTooMuch = list.length > COMMIT_MAX
  const conflicts = list.some((change) => change.conflict !== undefined)

  const commit = useMutation({
    mutationFn: (message: string) => commitChanges(project, list, message),
    onSuccess: async (answer) => {
      if ('conflicts' in answer) {
        // The grid must not know less than the rows that are marked.
        await props.onCommitted()
        dispatch({ type: 'conflicts', found: answer.conflicts })
        return
      }
      // First the new rows, then the pending ones go: nothing flickers.
      await props.onCommitted()
      dispatch({ type: 'committed', keys: [...changes.keys()] })
      props.onClose()
      const { commitId } = answer
      const undo = (commit: string) =>
        revertCommit(project, commit).then(
          () => {
            void props.onCommitted()
            toast(text.review.undone)
          },
          (error) => toast(errorText(error), { tone: 'danger' }),
        )
      toast(
        text.review.done,
        commitId ? { action: { label: text.review.undo, run: () => void undo(commitId) } } : {},
      )
    },
  })
  const reveal = useMutation({
    mutationFn: async () => {
      const there = list.filter((change) => change.baseVersion > 0)
      const values = there.length ? await revealValues(project, there) : []
      return new Map(there.map((change, at) => [cellKey(change), revealedValue(values[at]) ?? '']))
    },
    onSuccess: setOld,
  })
  const failure = commit.error ?? reveal.error

  return (
    <Dialog
      title={text.review.title}
      hint={text.review.hint}
      shape="sheet"
      onClose={props.onClose}
      onSubmit={(form) => commit.mutate(String(form.get('message')))}
      footer={
        <>
          <div className={styles.message}>
            <TextField
              label={text.review.message}
              name="message"
              placeholder={text.review.messagePlaceholder}
              maxLength={MESSAGE_MAX}
            />
          </div>
          <Button onClick={props.onClose}>{text.common.close}</Button>
          <Button
            type="submit"
            look="primary"
            autoFocus
            busy={commit.isPending}
            disabled={!list.length || conflicts || isTooMuch}
          >
            {text.review.commit(list.length)}
          </Button>
        </>
      }
    >
      <FormProblem error={problemOf(failure)} />
      <FormProblem error={conflicts ? text.review.conflicts : undefined} />
      {isTooMuch && <Note tone="warning">{text.review.tooMuch(COMMIT_MAX)}</Note>}
      {!list.length && <p>{text.review.nothing}</p>}
      {list.length > 0 && (
        <Button
          className={styles.show}
          busy={reveal.isPending}
          onClick={() => (old ? setOld(undefined) : reveal.mutate())}
        >
          {old ? text.review.hide : text.review.show}
        </Button>
      )}
      {countByEnvironment(changes, [...names.keys()]).map(({ environment, count }) => (
        <section key={environment} className={styles.group}>
          <h3>
            {names.get(environment) ?? environment} <span>{count}</span>
          </h3>
          <ul>
            {list.filter(inEnvironment(environment)).map((change) => (
              <ReviewRow
                key={cellKey(change)}
                change={change}
                old={old?.get(cellKey(change))}
                shown={Boolean(old)}
                tagNames={props.tagNames}
                lost={lost.get(cellKey(change)) ?? []}
                uses={usesLeft(uses?.get(cellKey(change)), changes)}
                onRewrite={(rewriteReferences) =>
                  dispatch({
                    type: 'edit',
                    edits: [
                      { place: change, baseVersion: change.baseVersion, fields: { rewriteReferences } },
                    ],
                  })
                }
                onDiscard={() => dispatch({ type: 'discard', keys: [cellKey(change)] })}
                onKeepMine={() => dispatch({ type: 'keep-mine', key: cellKey(change) })}
              />
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  )
}

/** The new values by their cells. */
const writtenIn = (changes: Pending['changes']): ReadonlyMap<string, Written> =>
  new Map(
    [...changes].flatMap(([name, change]) =>
      change.value === undefined ? [] : [[name, { ...change, value: change.value }] as const],
    ),
  )

const inEnvironment = (environment: string) => (change: Change) => change.environment === environment
