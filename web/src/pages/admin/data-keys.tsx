import { RefreshCw, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import {
  type DamagedRow,
  type DataKey,
  type Encryption,
  isRotating,
  type RotateRequest,
  useRotateDataKeys,
} from '~/api/encryption'
import { timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Section } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import styles from './admin.module.css'

const words = text.encryption

/** A key of the list: whose it is, and how the API names it. */
type Owned = { name: string; of: RotateRequest; key: DataKey }
/** What is being asked about: replacing one key or all, or giving up the damaged rows of one. */
type Asked = { what: 'one' | 'lost'; owned: Owned } | { what: 'all' }

/** The data keys of organizations and projects, and replacing them. */
export function DataKeys({ encryption }: { encryption: Encryption }) {
  const [asked, ask] = useState<Asked>()
  const projects = encryption.projects.map((key) => ({
    name: key.projectName,
    of: { projectId: key.projectId },
    key,
  }))
  const organizations = encryption.organizations.map((key) => ({
    name: key.organizationName,
    of: { organizationId: key.organizationId },
    key,
  }))
  return (
    <Section
      title={words.dataKeys}
      hint={words.dataHint}
      actions={
        <Button icon={<RefreshCw size={16} />} onClick={() => ask({ what: 'all' })}>
          {words.replaceAll}
        </Button>
      }
    >
      <Keys label={words.organizations} head={[words.organization]} keys={organizations} ask={ask} />
      {projects.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <Keys label={words.projects} head={[words.project, words.organization]} keys={projects} ask={ask} />
      )}
      {asked?.what === 'all' && <ReplaceAll onClose={() => ask(undefined)} />}
      {asked?.what === 'one' && <Replace owned={asked.owned} onClose={() => ask(undefined)} />}
      {asked?.what === 'lost' && <GiveUp owned={asked.owned} onClose={() => ask(undefined)} />}
    </Section>
  )
}

function Keys(props: { label: string; head: string[]; keys: Owned[]; ask: (asked: Asked) => void }) {
  return (
    <Table label={props.label} head={[...props.head, words.number, words.state, '']}>
      {props.keys.map((owned) => (
        <tr key={Object.values(owned.of).join()}>
          <td>{owned.name}</td>
          {props.head.length > 1 && <td>{owned.key.organizationName}</td>}
          <td>{words.numbered(owned.key.keyNumber)}</td>
          <td>
            <State of={owned.key} />
          </td>
          <td>
            <RowActions>
              {owned.key.rotation?.state === 'blocked' && (
                <IconButton
                  label={words.giveUp(owned.name)}
                  icon={<Trash2 size={16} />}
                  onClick={() => props.ask({ what: 'lost', owned })}
                />
              )}
              <IconButton
                label={words.replace(owned.name)}
                icon={<RefreshCw size={16} />}
                disabled={isRotating(owned.key)}
                onClick={() => props.ask({ what: 'one', owned })}
              />
            </RowActions>
          </td>
        </tr>
      ))}
    </Table>
  )
}

function State({ of }: { of: DataKey }) {
  const { rotation } = of
  if (!rotation) return words.first
  switch (rotation.state) {
    case 'finished':
      return words.finished(timeAgo(rotation.finishedAt ?? rotation.startedAt))
    case 'announced':
      return <Badge tone="accent">{words.announced}</Badge>
    case 'blocked':
      return <Badge tone="danger">{words.blocked(rotation.damaged?.count)}</Badge>
    default:
      return <Badge tone="accent">{words.progress(rotation.rowsDone, rotation.rowsTotal)}</Badge>
  }
}

function Replace({ owned, onClose }: { owned: Owned; onClose: () => void }) {
  const rotate = useRotateDataKeys()
  const isBlocked = owned.key.rotation?.state === 'blocked'
  return (
    <Confirm
      title={words.replaceTitle(owned.name)}
      hint={isBlocked ? words.blockedHint : words.replaceHint}
      verb={isBlocked ? words.goOn : words.verb}
      cancel={text.common.cancel}
      typed={{ name: owned.name, label: text.confirm.type(owned.name) }}
      busy={rotate.isPending}
      error={problemOf(rotate.error)}
      onConfirm={() => rotate.mutate(owned.of, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Damaged of={owned.key} />
    </Confirm>
  )
}

function ReplaceAll({ onClose }: { onClose: () => void }) {
  const rotate = useRotateDataKeys()
  return (
    <Confirm
      title={words.replaceAllTitle}
      hint={words.replaceAllHint}
      verb={words.replaceAll}
      cancel={text.common.cancel}
      busy={rotate.isPending}
      error={problemOf(rotate.error)}
      onConfirm={() => rotate.mutate({}, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}

function GiveUp({ owned, onClose }: { owned: Owned; onClose: () => void }) {
  const rotate = useRotateDataKeys()
  return (
    <Confirm
      title={words.giveUpTitle(owned.name)}
      hint={words.giveUpHint}
      verb={words.giveUpVerb}
      cancel={text.common.cancel}
      typed={{ name: owned.name, label: text.confirm.type(owned.name) }}
      busy={rotate.isPending}
      error={problemOf(rotate.error)}
      onConfirm={() => rotate.mutate({ ...owned.of, giveUpDamaged: true }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Damaged of={owned.key} />
    </Confirm>
  )
}

/** Which rows do not decrypt, as far as the server names them. */
function Damaged({ of }: { of: DataKey }) {
  const damaged = of.rotation?.damaged
  if (!damaged) return null
  const name = ({ table, id, version }: DamagedRow) => words.row(table, id, version)
  const more = damaged.count - damaged.rows.length
  return (
    <ul className={styles.rows}>
      {damaged.rows.map((row) => (
        <li key={name(row)}>{name(row)}</li>
      ))}
      {more > 0 && <li>{words.moreRows(more)}</li>}
    </ul>
  )
}
