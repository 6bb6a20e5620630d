import { useQuery } from '@tanstack/react-query'
import { FolderKey, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'

import { errorText } from '~/api/client'
import { type Project, projectsQuery } from '~/api/projects'
import { timeAgo } from '~/lib/dates'
import { paths } from '~/lib/paths'
import { isShortcut } from '~/lib/shortcuts'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Button } from '~/ui/button'
import { EmptyState, Failure, Page, Skeleton } from '~/ui/page'
import { NewProjectDialog } from './new-project-dialog'
import styles from './overview-page.module.css'

/** All projects of the organization that one is in. */
export default function OverviewPage(_: { organization: string }) {
  const projects = useQuery(projectsQuery)
  const [adding, setAdding] = useUrlState('new')
  const [filter, setFilter] = useState('')
  useKey('n', () => setAdding('1'))
  const add = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setAdding('1')}>
      {text.overview.add}
    </Button>
  )
  const found = (projects.data ?? []).filter((one) =>
    `${one.name} ${one.slug}`.toLowerCase().includes(filter.trim().toLowerCase()),
  )
  const empty = projects.data?.length === 0

  return (
    <Page title={text.overview.title} hint={text.overview.hint} actions={empty ? undefined : add}>
      {projects.isPending && <Skeleton />}
      {projects.error && (
        <Failure message={errorText(projects.error)} onRetry={() => void projects.refetch()} />
      )}
      {empty && (
        <EmptyState
          icon={<FolderKey size={22} />}
          title={text.overview.emptyTitle}
          hint={text.overview.emptyHint}
        >
          {add}
        </EmptyState>
      )}
      {!empty && projects.data && (
        <>
          <input
            type="search"
            className={styles.filter}
            aria-label={text.overview.filter}
            placeholder={text.overview.filter}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          {found.length === 0 && (
            <EmptyState title={`${text.overview.noMatch} "${filter}"`} hint={text.overview.noMatchHint}>
              <Button onClick={() => setFilter('')}>{text.overview.clear}</Button>
            </EmptyState>
          )}
          <ul className={styles.cards}>
            {found.map((one) => (
              <ProjectCard key={one.id} project={one} />
            ))}
          </ul>
        </>
      )}
      {adding && <NewProjectDialog onClose={() => setAdding('')} />}
    </Page>
  )
}

function ProjectCard({ project }: { project: Project }) {
  return (
    <li className={styles.card}>
      <Link href={paths.secrets(project.id)}>
        <span className={styles.letter} aria-hidden="true">
          {project.name.slice(0, 1).toUpperCase()}
        </span>
        <span className={styles.names}>
          <span className={styles.name}>{project.name}</span>
          <span className={styles.slug}>{project.slug}</span>
        </span>
      </Link>
      <p className={styles.facts}>
        <span>{text.overview.environments(project.environments.length)}</span>
        <span>{text.overview.updated(timeAgo(project.updatedAt))}</span>
      </p>
    </li>
  )
}

/** Calls `run` when a letter is pressed where nobody types. */
function useKey(letter: string, run: () => void) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== letter || !isShortcut(event)) return
      event.preventDefault()
      run()
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  })
}
