import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'

import { errorText } from '~/api/client'
import { usesQuery } from '~/api/uses'
import { paths } from '~/lib/paths'
import { cellKey } from '~/lib/pending'
import { text } from '~/lib/text'
import { Failure, Note, Skeleton } from '~/ui/page'
import type { SheetProps } from './secret-sheet'
import styles from './sheet.module.css'

/** The secrets that refer to this one, each with the way to it. */
export function UsesTab({ project, place, onClose }: SheetProps) {
  const found = useQuery(usesQuery(project, [place]))
  if (found.error) return <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
  const uses = found.data?.get(cellKey(place))
  if (!uses) return <Skeleton rows={4} />
  return (
    <>
      <Note>{text.references.hint}</Note>
      {uses.places.length === 0 && <p className={styles.soft}>{text.references.none}</p>}
      {uses.places.length > 0 && (
        <ul className={styles.versions}>
          {uses.places.map((one) => (
            <li key={cellKey(one)} className={styles.version}>
              <Link href={paths.secret(project, one)} onClick={onClose}>
                <code>{one.key}</code>
              </Link>
              <span className={styles.soft}>
                {one.environment}:{one.folder}
              </span>
            </li>
          ))}
        </ul>
      )}
      {!uses.isComplete && <p className={styles.soft}>{text.references.incomplete}</p>}
    </>
  )
}
