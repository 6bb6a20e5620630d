import { useQuery } from '@tanstack/react-query'

import { errorText } from '~/api/client'
import { type ChangedRight, type RolePreview, rolePreviewQuery } from '~/api/explain'
import type { RoleScope } from '~/api/roles'
import { changedWords, meaningOf } from '~/lib/role-preview'
import type { Rule } from '~/lib/rules'
import { text } from '~/lib/text'
import { useSettled } from '~/lib/use-settled'
import { Note } from '~/ui/page'
import styles from './explain.module.css'

const words = text.preview
/** How long the rules rest before the server is asked, in milliseconds. */
const PAUSE = 400
/** Folders that are shown. */
const PLACES = 20

/** What the rules of a draft mean, and what they change against the saved role, as the server sees it. */
export function RoleMeaning({
  scope,
  role,
  rules,
}: {
  scope: RoleScope
  role: string | undefined
  rules: Rule[] | undefined
}) {
  // Text is compared, because every change of the form makes rules anew.
  const settled = useSettled(rules && JSON.stringify(rules), PAUSE)
  const draft = settled === undefined ? undefined : (JSON.parse(settled) as Rule[])
  const found = useQuery({ ...rolePreviewQuery(scope, role, draft ?? []), enabled: draft !== undefined })
  const waits = found.isFetching || (rules && JSON.stringify(rules)) !== settled
  return (
    <section className={styles.preview} aria-label={words.title} aria-busy={waits}>
      <h3>{words.title}</h3>
      {rules === undefined && <p className={styles.soft}>{words.broken}</p>}
      {rules && found.isPending && <p className={styles.soft}>{words.busy}</p>}
      {rules && found.error && <Note tone="warning">{errorText(found.error)}</Note>}
      {rules && found.data && (
        <>
          {scope !== 'organization' && <p>{words.allows(meaningOf(found.data))}</p>}
          {role !== undefined && <Changes preview={found.data} />}
          {!found.data.isComplete && <p className={styles.soft}>{words.cut}</p>}
        </>
      )}
    </section>
  )
}

function Changes({ preview }: { preview: RolePreview }) {
  const { general, places, changedPlaces, holders, holderCount } = preview
  const shown = places.slice(0, PLACES)
  return (
    <>
      {general.length === 0 && changedPlaces === 0 ? (
        <p className={styles.soft}>{words.same}</p>
      ) : (
        <>
          <p>
            <strong>{words.changes}</strong>
          </p>
          <ul className={styles.list}>
            {general.length > 0 && <Changed where={words.everywhere} rights={general} />}
            {shown.map((place) => (
              <Changed
                key={`${place.environment}:${place.secretPath}`}
                where={`${place.environment}:${place.secretPath}`}
                rights={place.rights}
              />
            ))}
          </ul>
          {changedPlaces > shown.length && <p>{words.moreFolders(changedPlaces - shown.length)}</p>}
        </>
      )}
      <Holders holders={holders} count={holderCount} />
    </>
  )
}

const Changed = ({ where, rights }: { where: string; rights: ChangedRight[] }) => (
  <li>
    <span>{where}</span>: {changedWords(rights).join('; ')}
  </li>
)

function Holders({ holders, count }: { holders: RolePreview['holders']; count: number }) {
  if (count === 0) return <p className={styles.soft}>{words.nobody}</p>
  return (
    <details>
      <summary>{words.holders(count)}</summary>
      <ul className={styles.list}>
        {holders.map((one) => (
          <li key={one.id}>
            {one.name}
            {effectOf(one)}
          </li>
        ))}
      </ul>
    </details>
  )
}

function effectOf({ gains, loses }: RolePreview['holders'][number]): string {
  if (gains === null || loses === null) return ''
  const effects = [gains ? words.gains : '', loses ? words.loses : ''].filter(Boolean)
  return `: ${effects.join(', ') || words.keeps}`
}
