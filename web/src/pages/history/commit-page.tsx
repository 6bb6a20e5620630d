import { useQuery } from '@tanstack/react-query'
import { History, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'

import { errorText } from '~/api/client'
import { CHANGES_PAGE, type CommitChange, commitQuery } from '~/api/history'
import { projectQuery } from '~/api/projects'
import { fullTime, timeAgo } from '~/lib/dates'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Failure, Note, Page, Skeleton } from '~/ui/page'
import { ChangeRow } from './change-row'
import styles from './history.module.css'
import { RestoreDialog } from './restore-dialog'
import { RevertDialog } from './revert-dialog'

/** One commit: what it changed, and the ways back. Values stay hidden until somebody asks for them. */
export default function CommitPage({ project, commit: id }: { project: string; commit: string }) {
  const [offset, setOffset] = useState(0)
  const [open, setOpen] = useState<'revert' | 'restore'>()
  const found = useQuery(commitQuery(project, id, offset))
  const environments = useQuery(projectQuery(project)).data?.environments ?? []
  if (found.error) return <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
  if (!found.data) return <Skeleton rows={10} />
  const { commit, total } = found.data
  const close = () => setOpen(undefined)
  const hidden = Math.min(CHANGES_PAGE, total - offset) - commit.changes.length
  return (
    <Page
      title={commit.message ?? text.history.noMessage}
      hint={
        <>
          {text.commit.title(commit.revision)} ·{' '}
          <span title={fullTime(commit.createdAt)}>
            {text.commit.by(text.history.who(commit.actorMetadata), timeAgo(commit.createdAt))}
          </span>{' '}
          · <Link href={paths.history(project)}>{text.commit.all}</Link>
        </>
      }
      actions={
        <>
          <Button icon={<Undo2 size={16} />} onClick={() => setOpen('revert')}>
            {text.commit.revert}
          </Button>
          <Button icon={<History size={16} />} onClick={() => setOpen('restore')}>
            {text.commit.restore}
          </Button>
        </>
      }
    >
      {groups(commit.changes).map(({ key, environment, path, changes }) => (
        <section key={key} className={styles.group}>
          <h2>
            {environments.find((one) => one.slug === environment)?.name ?? environment ?? text.commit.project}
            {path && path !== '/' && <span> {path}</span>}
          </h2>
          <ul className={styles.list}>
            {changes.map((change) => (
              <ChangeRow
                key={`${change.resourceId}${change.versionBefore}${change.versionAfter}`}
                change={change}
              />
            ))}
          </ul>
        </section>
      ))}
      {commit.changes.length === 0 && <Note>{text.commit.nothing}</Note>}
      {commit.changes.length > 0 && hidden > 0 && <Note>{text.commit.hiddenSome(hidden)}</Note>}
      {total > CHANGES_PAGE && (
        <div className={styles.pages}>
          <span>{text.history.page(offset + 1, Math.min(total, offset + CHANGES_PAGE), total)}</span>
          <Button disabled={offset === 0} onClick={() => setOffset(offset - CHANGES_PAGE)}>
            {text.history.newer}
          </Button>
          <Button disabled={offset + CHANGES_PAGE >= total} onClick={() => setOffset(offset + CHANGES_PAGE)}>
            {text.history.older}
          </Button>
        </div>
      )}
      {open === 'revert' && <RevertDialog project={project} commit={id} onClose={close} />}
      {open === 'restore' && (
        <RestoreDialog project={project} commit={commit} environments={environments} onClose={close} />
      )}
    </Page>
  )
}

type Group = { key: string; environment: string | null; path: string | null; changes: CommitChange[] }

/** The changes by the folder they are in, in the order in which folders first occur. */
function groups(changes: CommitChange[]): Group[] {
  const all = new Map<string, Group>()
  for (const change of changes) {
    const { environment, secretPath: path } = change
    const key = `${environment}\n${path}`
    const group = all.get(key) ?? { key, environment, path, changes: [] }
    group.changes.push(change)
    all.set(key, group)
  }
  return [...all.values()]
}
