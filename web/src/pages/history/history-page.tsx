import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'

import { errorText } from '~/api/client'
import { LOG_PAGE, type LoggedCommit, logQuery } from '~/api/history'
import { projectQuery } from '~/api/projects'
import { FolderField } from '~/components/folder-field'
import { fullTime, timeAgo } from '~/lib/dates'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Button } from '~/ui/button'
import { SelectField, TextField } from '~/ui/field'
import { EmptyState, Failure, Page, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'
import styles from './history.module.css'

/** Names of changed things that a row shows. */
const NAMES_SHOWN = 4

/** The commits of a project, newest first. */
export default function HistoryPage({ project }: { project: string }) {
  const found = useQuery(projectQuery(project))
  const [environment, setEnvironment] = useUrlState('env')
  const [folder, setFolder] = useUrlState('secretPath', '/')
  const [search, setSearch] = useUrlState('q')
  const [from, setFrom] = useUrlState('from', '0')
  const offset = Math.max(0, Number.parseInt(from, 10) || 0)
  const log = useQuery({
    ...logQuery(project, { environment, folder, search: search.trim(), offset }),
    placeholderData: (before) => before,
  })
  const restart = (set: (value: string) => void) => (event: { target: { value: string } }) => {
    setFrom('0')
    set(event.target.value)
  }
  return (
    <Page title={text.history.title} hint={text.history.hint}>
      <div className={styles.tools}>
        <SelectField label={text.history.environment} value={environment} onChange={restart(setEnvironment)}>
          <option value="">{text.history.allEnvironments}</option>
          {found.data?.environments.map((one) => (
            <option key={one.id} value={one.slug}>
              {one.name}
            </option>
          ))}
        </SelectField>
        {environment && (
          <FolderField
            label={text.history.folder}
            folder={folder}
            onChange={(path) => restart(setFolder)({ target: { value: path } })}
          />
        )}
        <TextField label={text.history.search} type="search" value={search} onChange={restart(setSearch)} />
      </div>
      {log.isPending && <Skeleton rows={10} />}
      {log.error && <Failure message={errorText(log.error)} onRetry={() => void log.refetch()} />}
      {log.data && !log.error && (
        <Log
          project={project}
          commits={log.data.commits}
          total={log.data.total}
          offset={offset}
          onOffset={(to) => setFrom(String(to))}
        />
      )}
    </Page>
  )
}

function Log(props: {
  project: string
  commits: LoggedCommit[]
  total: number
  offset: number
  onOffset: (offset: number) => void
}) {
  const { commits, total, offset, onOffset } = props
  if (!commits.length) return <EmptyState title={text.history.empty} hint={text.history.emptyHint} />
  return (
    <>
      <Table
        label={text.history.title}
        head={[text.history.commit, text.history.changes, text.history.author, text.history.time]}
      >
        {commits.map((commit) => (
          <tr key={commit.id}>
            <td>
              <Link className={styles.message} href={paths.commit(props.project, commit.id)}>
                <span>{text.commit.title(commit.revision)}</span>
                {commit.message ?? text.history.noMessage}
              </Link>
            </td>
            <td>
              <strong>{text.history.count(commit.changeCount)}</strong>
              <span className={styles.names}>{namesOf(commit)}</span>
            </td>
            <td>{text.history.who(commit.actorMetadata)}</td>
            <td className={styles.time} title={fullTime(commit.createdAt)}>
              {timeAgo(commit.createdAt)}
            </td>
          </tr>
        ))}
      </Table>
      {total > LOG_PAGE && (
        <div className={styles.pages}>
          <span>{text.history.page(offset + 1, offset + commits.length, total)}</span>
          <Button disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - LOG_PAGE))}>
            {text.history.newer}
          </Button>
          <Button disabled={offset + commits.length >= total} onClick={() => onOffset(offset + LOG_PAGE)}>
            {text.history.older}
          </Button>
        </div>
      )}
    </>
  )
}

/** What a commit changed, by name, each once: a key that was changed in three environments is one name. */
function namesOf({ changes, changeCount }: LoggedCommit): string {
  const names = [...new Set(changes.map((change) => change.name))]
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  const isMore = names.length > NAMES_SHOWN || changeCount > changes.length
  return isMore ? `${shown} …` : shown
}
