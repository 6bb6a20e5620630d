import { useQuery } from '@tanstack/react-query'
import { DatabaseBackup, Download, ListChecks } from 'lucide-react'

import { type Backup, type Backups, backupsQuery, fetchBackup, useBackupChanges } from '~/api/backups'
import { errorText } from '~/api/client'
import { fullTime, timeAgo } from '~/lib/dates'
import { download } from '~/lib/download'
import { describeDuration } from '~/lib/durations'
import { describeBytes } from '~/lib/sizes'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { EmptyState, Failure, Note, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import styles from './admin.module.css'

const words = text.backups
const sorry = (error: unknown) => toast(errorText(error), { tone: 'danger' })

/** How old the last backup is, whether it can be restored, and making one. */
export function BackupsPart() {
  const backups = useQuery(backupsQuery)
  if (backups.isPending) return <Skeleton rows={3} />
  if (backups.error)
    return <Failure message={errorText(backups.error)} onRetry={() => void backups.refetch()} />
  const { schedule } = backups.data
  return (
    <>
      {schedule ? (
        <Section
          title={text.admin.tabs.backups}
          hint={words.hint(describeDuration(schedule.everySeconds), schedule.kept)}
          actions={<MakeButton />}
        >
          <Facts backups={backups.data} />
        </Section>
      ) : (
        <EmptyState icon={<DatabaseBackup size={28} />} title={words.none} hint={words.noneHint} />
      )}
      {backups.data.backups.length > 0 ? (
        <Table label={words.list} head={[...words.head]}>
          {backups.data.backups.map((backup) => (
            <Row key={backup.id} backup={backup} isHere={backup.node === schedule?.node} />
          ))}
        </Table>
      ) : (
        schedule && <Note>{words.nothing}</Note>
      )}
    </>
  )
}

function MakeButton() {
  const { make } = useBackupChanges()
  return (
    <Button
      look="primary"
      icon={<DatabaseBackup size={16} />}
      busy={make.isPending}
      onClick={() =>
        make.mutate(undefined, { onSuccess: ({ backup }) => tell(backup, words.made), onError: sorry })
      }
    >
      {make.isPending ? words.making : words.make}
    </Button>
  )
}

/** Says how it went. */
function tell({ failure, checkFailure }: Backup, success: string) {
  const problem = failure ?? checkFailure
  toast(problem ?? success, problem ? { tone: 'danger' } : {})
}

const Facts = ({ backups: { lastMade, lastChecked } }: { backups: Backups }) => (
  <dl className={styles.facts}>
    <Fact label={words.last} value={lastMade?.finishedAt ? timeAgo(lastMade.finishedAt) : words.never} />
    <Fact label={words.size} value={sizeOf(lastMade)} />
    <Fact
      label={words.lastChecked}
      value={
        lastChecked?.checkedAt
          ? `${lastChecked.checkFailure ? words.checkFailed : words.passed}, ${timeAgo(lastChecked.checkedAt)}`
          : words.never
      }
    />
  </dl>
)

const Fact = ({ label, value }: { label: string; value: string }) => (
  <div className={styles.fact}>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </div>
)

const sizeOf = (backup: Backup | null) =>
  backup?.sizeBytes == null ? '' : describeBytes(backup.sizeBytes, words.bytes)

function Row({ backup, isHere }: { backup: Backup; isHere: boolean }) {
  const { check } = useBackupChanges()
  const hasFile = isHere && backup.finishedAt && !backup.failure && !backup.isRemoved
  return (
    <tr>
      <td title={fullTime(backup.startedAt)}>{timeAgo(backup.startedAt)}</td>
      <td>{backup.node}</td>
      <td>{backup.failure ? words.failed(backup.failure) : sizeOf(backup) || words.writing}</td>
      <td>{backup.rowCount}</td>
      <td>
        <Check backup={backup} />
      </td>
      <td>
        {hasFile && (
          <RowActions>
            <IconButton
              label={words.check(backup.fileName)}
              icon={<ListChecks size={16} />}
              disabled={check.isPending}
              onClick={() =>
                check.mutate(backup.id, {
                  onSuccess: (answer) => tell(answer.backup, words.checked),
                  onError: sorry,
                })
              }
            />
            <IconButton
              label={words.download(backup.fileName)}
              icon={<Download size={16} />}
              onClick={() =>
                void fetchBackup(backup.id).then((file) => download(file, backup.fileName), sorry)
              }
            />
          </RowActions>
        )}
      </td>
    </tr>
  )
}

/** Whether it could be restored. */
function Check({ backup }: { backup: Backup }) {
  if (backup.failure || !backup.finishedAt) return null
  if (!backup.checkedAt) return backup.isRemoved ? words.removed : words.notChecked
  return (
    <>
      <Badge tone={backup.checkFailure ? 'danger' : 'success'}>
        {backup.checkFailure ? words.checkFailed : words.passed}
      </Badge>{' '}
      {backup.checkFailure ?? (backup.isRemoved ? words.removed : '')}
    </>
  )
}
