import { useQuery } from '@tanstack/react-query'

import { overviewQuery } from '~/api/admin'
import { errorText } from '~/api/client'
import { text } from '~/lib/text'
import { Failure, Skeleton } from '~/ui/page'
import styles from './admin.module.css'

const words = text.admin

/** What the server is and how much is on it. */
export function OverviewPart() {
  const overview = useQuery(overviewQuery)
  if (overview.isPending) return <Skeleton rows={2} />
  if (overview.error)
    return <Failure message={errorText(overview.error)} onRetry={() => void overview.refetch()} />
  const { version, database, ...counts } = overview.data
  return (
    <dl className={styles.facts}>
      <Fact label={words.version} value={version} />
      <Fact label={words.database} value={database} />
      <Fact label={words.counts.users} value={counts.users} />
      <Fact label={words.counts.organizations} value={counts.organizations} />
      <Fact label={words.counts.projects} value={counts.projects} />
      <Fact label={words.counts.identities} value={counts.identities} />
    </dl>
  )
}

const Fact = ({ label, value }: { label: string; value: string | number }) => (
  <div className={styles.fact}>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </div>
)
