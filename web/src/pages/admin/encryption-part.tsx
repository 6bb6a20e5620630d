import { useQuery } from '@tanstack/react-query'

import { errorText } from '~/api/client'
import { type Encryption, encryptionQuery } from '~/api/encryption'
import { timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Failure, Section, Skeleton } from '~/ui/page'
import styles from './admin.module.css'
import { DataKeys } from './data-keys'

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
      <DataKeys encryption={encryption.data} />
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
