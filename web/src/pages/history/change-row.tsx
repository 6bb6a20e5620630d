import type { ReactNode } from 'react'

import type { CommitChange } from '~/api/history'
import { revealVersion, type Version } from '~/api/versions'
import { Hidden } from '~/components/hidden-value'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Difference } from '~/ui/difference'
import styles from './history.module.css'

const TONES = { create: 'success', update: 'warning', delete: 'danger' } as const
const WORDS = {
  create: text.commit.created,
  update: text.commit.updated,
  delete: text.commit.deleted,
} as const

/** One thing that a commit changed, field by field. */
export function ChangeRow({ change }: { change: CommitChange }) {
  const { before, after, changeType, resourceType } = change
  return (
    <li className={styles.change}>
      <div className={styles.head}>
        <Badge tone={TONES[changeType]}>{WORDS[changeType]}</Badge>
        <code>{change.name}</code>
        {resourceType !== 'secret' && <span className={styles.soft}>{text.commit.kinds[resourceType]}</span>}
      </div>
      {resourceType === 'secret' &&
        (before || after ? (
          <SecretFields change={change} before={before} after={after} />
        ) : (
          <p className={styles.soft}>{text.commit.notKept}</p>
        ))}
    </li>
  )
}

type Sides = { before: Version | undefined; after: Version | undefined }

function SecretFields({ change, before, after }: Sides & { change: CommitChange }) {
  const isPartly = (change.versionBefore !== null && !before) || (change.versionAfter !== null && !after)
  const tags = (version: Version | undefined) => version?.tags.map((tag) => tag.slug).join(', ') ?? ''
  return (
    <>
      {before && after && before.secretKey !== after.secretKey && (
        <Field label={text.commit.name}>
          <Difference before={before.secretKey} after={after.secretKey} />
        </Field>
      )}
      <Field label={text.commit.value}>
        <Hidden what={text.commit.valueOf(change.name)} load={() => valuesOf({ before, after })}>
          {([then, now]) =>
            then === now && before && after ? (
              <span className={styles.soft}>{text.commit.sameValue}</span>
            ) : (
              <Difference before={then} after={now} />
            )
          }
        </Hidden>
      </Field>
      {(before?.secretComment ?? '') !== (after?.secretComment ?? '') && (
        <Field label={text.commit.comment}>
          <Difference before={before?.secretComment ?? ''} after={after?.secretComment ?? ''} />
        </Field>
      )}
      {tags(before) !== tags(after) && (
        <Field label={text.commit.tags}>
          <Difference before={tags(before)} after={tags(after)} />
        </Field>
      )}
      {isPartly && <p className={styles.soft}>{text.commit.notKept}</p>}
    </>
  )
}

/** Both values, of which one that is not there is empty. Each is read by itself and recorded. */
const valuesOf = ({ before, after }: Sides) =>
  Promise.all([before, after].map((version) => (version ? revealVersion(version.id) : ''))) as Promise<
    [string, string]
  >

const Field = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className={styles.field}>
    <span>{label}</span>
    <div>{children}</div>
  </div>
)
