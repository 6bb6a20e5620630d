import { type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { revealVersion, type SecretHead, type Version, versionsQuery } from '~/api/versions'
import { Hidden, HiddenValue } from '~/components/hidden-value'
import { fullTime, timeAgo } from '~/lib/dates'
import type { Fields } from '~/lib/pending'
import { type Base, comparedWith, restoreFields } from '~/lib/restore'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Difference } from '~/ui/difference'
import { SelectField } from '~/ui/field'
import { Failure, Note, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import type { SheetProps } from './secret-sheet'
import styles from './sheet.module.css'

type VersionsProps = SheetProps & {
  head: UseQueryResult<SecretHead>
  onRestore: (fields: Fields) => void
}

/** The versions of a secret, newest first: who made each and when, what it was, and the way back to it. */
export function VersionsTab({ cell, tags, head, onRestore }: VersionsProps) {
  const versions = useQuery({
    ...versionsQuery(head.data?.id ?? '', cell.version),
    enabled: Boolean(head.data),
  })
  const restore = useMutation({
    mutationFn: async (version: Version) => {
      const present = { comment: head.data?.secretComment ?? '', tagIds: cell.tagIds }
      const there = tags.map((tag) => tag.id)
      return restoreFields(version, await revealVersion(version.id), present, there)
    },
    onSuccess: (fields, version) => {
      onRestore(fields)
      toast(text.versions.pending(version.version))
    },
    onError: (error) => toast(errorText(error), { tone: 'danger' }),
  })
  const [base, setBase] = useState<Base>('before')
  const error = head.error ?? versions.error
  if (error) return <Failure message={errorText(error)} />
  if (!versions.data) return <Skeleton rows={6} />
  return (
    <>
      <Note>{text.versions.hint}</Note>
      {versions.data.length > 2 && (
        <SelectField
          label={text.versions.compare}
          value={base}
          onChange={(event) => setBase(event.target.value as Base)}
        >
          {Object.entries(text.versions.bases).map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </SelectField>
      )}
      <ol className={styles.versions}>
        {versions.data.map((one, at) => (
          <VersionItem
            key={one.id}
            version={one}
            older={versions.data[at + 1]}
            compared={comparedWith(versions.data, at, base)}
            isPresent={one.version === cell.version}
            mayRead={cell.mayRead}
            mayRestore={cell.mayEdit && cell.mayRead}
            busy={restore.isPending}
            onRestore={() => restore.mutate(one)}
          />
        ))}
      </ol>
    </>
  )
}

function VersionItem(props: {
  version: Version
  older: Version | undefined
  compared: [Version, Version] | undefined
  isPresent: boolean
  mayRead: boolean
  mayRestore: boolean
  busy: boolean
  onRestore: () => void
}) {
  const { version, older, compared, isPresent } = props
  const name = text.details.version(version.version)
  return (
    <li className={styles.version}>
      <div className={styles.head}>
        <strong>{name}</strong>
        {isPresent && <Badge tone="accent">{text.versions.present}</Badge>}
        <span className={styles.soft} title={fullTime(version.updatedAt)}>
          {text.details.by(version.actor.name, timeAgo(version.updatedAt))}
        </span>
        {!isPresent && (
          <Button
            look="quiet"
            icon={<History size={15} />}
            aria-label={`${text.versions.restore} ${name}`}
            disabled={!props.mayRestore}
            busy={props.busy}
            onClick={props.onRestore}
          >
            {text.versions.restore}
          </Button>
        )}
      </div>
      {older && older.secretKey !== version.secretKey && (
        <p className={styles.soft}>{text.versions.renamed(older.secretKey, version.secretKey)}</p>
      )}
      {props.mayRead ? (
        <>
          <Line label={text.details.value}>
            <HiddenValue what={name} load={() => revealVersion(version.id)} />
          </Line>
          {compared && <Changes compared={compared} />}
        </>
      ) : (
        <p className={styles.soft}>{text.grid.mayNotRead}</p>
      )}
      {version.secretComment && <Line label={text.details.comment}>{version.secretComment}</Line>}
      {version.tags.length > 0 && (
        <Line label={text.details.tags}>{version.tags.map((tag) => tag.slug).join(', ')}</Line>
      )}
    </li>
  )
}

/** What the value of one version became in another, once somebody wants to see it. */
function Changes({ compared: [from, to] }: { compared: [Version, Version] }) {
  return (
    <Line label={text.versions.between(from.version, to.version)}>
      <Hidden
        key={`${from.id}${to.id}`}
        what={text.versions.changes(from.version, to.version)}
        load={() => Promise.all([revealVersion(from.id), revealVersion(to.id)])}
      >
        {([before, after]) =>
          before === after ? (
            <span className={styles.soft}>{text.versions.sameValue}</span>
          ) : (
            <Difference before={before} after={after} />
          )
        }
      </Hidden>
    </Line>
  )
}

const Line = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div className={styles.line}>
    <span>{label}</span>
    <div>{children}</div>
  </div>
)
