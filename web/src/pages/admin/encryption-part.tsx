import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import {
  type Encryption,
  encryptionQuery,
  isRotating,
  type ProjectKey,
  useRotateDataKey,
} from '~/api/encryption'
import { timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './admin.module.css'

const words = text.encryption

/** The keys that everything on the server is encrypted under. */
export function EncryptionPart() {
  const encryption = useQuery(encryptionQuery)
  if (encryption.isPending) return <Skeleton rows={4} />
  if (encryption.error)
    return <Failure message={errorText(encryption.error)} onRetry={() => void encryption.refetch()} />
  return (
    <>
      <RootKey {...encryption.data} />
      <DataKeys projects={encryption.data.projects} />
    </>
  )
}

function RootKey({ rootKey, recoveryKey }: Encryption) {
  const problem = recoveryKey ? recoveryKey.verifiedAt === null && words.notVerified : words.noRecovery
  return (
    <Section title={words.rootKey} hint={words.rootHint}>
      <dl className={styles.facts}>
        <Fact label={words.mode} value={words.modes[rootKey.mode] ?? rootKey.mode} />
        <Fact label={words.fingerprint} value={rootKey.id} />
        <Fact label={words.rotated} value={rootKey.rotatedAt ? timeAgo(rootKey.rotatedAt) : words.never} />
        <Fact
          label={words.recovery}
          value={recoveryKey ? words.recoveryMade(timeAgo(recoveryKey.createdAt)) : words.recoveryNone}
        />
      </dl>
      {problem && (
        <p className={styles.nag} role="status">
          {problem}
        </p>
      )}
    </Section>
  )
}

const Fact = ({ label, value }: { label: string; value: string }) => (
  <div className={styles.fact}>
    <dt>{label}</dt>
    <dd className={styles.word}>{value}</dd>
  </div>
)

function DataKeys({ projects }: { projects: ProjectKey[] }) {
  const [asked, ask] = useState<ProjectKey>()
  return (
    <Section title={words.dataKeys} hint={words.dataHint}>
      {projects.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <Table
          label={words.dataKeys}
          head={[words.project, words.organization, words.number, words.state, '']}
        >
          {projects.map((one) => (
            <tr key={one.projectId}>
              <td>{one.projectName}</td>
              <td>{one.organizationName}</td>
              <td>{words.numbered(one.keyNumber)}</td>
              <td>
                <State of={one} />
              </td>
              <td>
                <RowActions>
                  <IconButton
                    label={words.replace(one.projectName)}
                    icon={<RefreshCw size={16} />}
                    disabled={isRotating(one)}
                    onClick={() => ask(one)}
                  />
                </RowActions>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {asked && <Replace project={asked} onClose={() => ask(undefined)} />}
    </Section>
  )
}

function State({ of }: { of: ProjectKey }) {
  const { rotation } = of
  if (!rotation) return words.first
  if (rotation.state === 'finished') return words.finished(timeAgo(rotation.finishedAt ?? rotation.startedAt))
  if (rotation.state === 'announced') return <Badge tone="accent">{words.announced}</Badge>
  return <Badge tone="accent">{words.progress(rotation.rowsDone, rotation.rowsTotal)}</Badge>
}

function Replace({ project, onClose }: { project: ProjectKey; onClose: () => void }) {
  const rotate = useRotateDataKey()
  return (
    <Confirm
      title={words.replaceTitle(project.projectName)}
      hint={words.replaceHint}
      verb={words.verb}
      cancel={text.common.cancel}
      typed={{ name: project.projectName, label: text.confirm.type(project.projectName) }}
      busy={rotate.isPending}
      error={problemOf(rotate.error)}
      onConfirm={() => rotate.mutate(project.projectId, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
