import { useMutation, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'

import { errorText } from '~/api/client'
import { accessListQuery, accessTreeQuery, wholeList, wholeTree } from '~/api/explain'
import { projectQuery } from '~/api/projects'
import {
  type Actor,
  actorOf,
  keyOf,
  memberRows,
  PLACE_COLUMNS,
  type Right,
  rightIn,
  sourceName,
  treeRows,
} from '~/lib/access'
import { csvOf } from '~/lib/csv'
import { download } from '~/lib/download'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { useSettled } from '~/lib/use-settled'
import { Button } from '~/ui/button'
import { SelectField, TextField } from '~/ui/field'
import { EmptyState, Failure, Note, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import access from './access.module.css'
import styles from './explain.module.css'
import { MemberField } from './member-field'
import { useMembers } from './use-members'

const words = text.tree
const HEAD = PLACE_COLUMNS.map((column) => words.columns[column.join(' ')])
/** How long typing rests before the server is asked, in milliseconds. */
const PAUSE = 300

/** What one member may do in every folder, or what everybody may do in one; for reviews as a file too. */
export function AccessTreeTab({ project }: { project: string }) {
  const [shown, show] = useUrlState('show', 'member')
  const modes = (
    <SelectField label={words.show} value={shown} onChange={(event) => show(event.target.value)}>
      <option value="member">{words.oneMember}</option>
      <option value="place">{words.onePlace}</option>
    </SelectField>
  )
  return shown === 'place' ? (
    <OnePlace project={project}>{modes}</OnePlace>
  ) : (
    <OneMember project={project}>{modes}</OneMember>
  )
}

type ModeProps = { project: string; children: React.ReactNode }

function OneMember({ project, children }: ModeProps) {
  const members = useMembers({ project })
  const environments = useQuery(projectQuery(project)).data?.environments ?? []
  const [chosen, choose] = useUrlState('member')
  const [environment, setEnvironment] = useUrlState('environment')
  const who = actorOf(chosen) ?? members[0]
  return (
    <>
      <div className={styles.fields}>
        {children}
        <MemberField
          label={words.member}
          members={members}
          chosen={who}
          onChoose={(member) => choose(member ? keyOf(member) : '')}
        />
        <SelectField
          label={words.environment}
          value={environment}
          onChange={(event) => setEnvironment(event.target.value)}
        >
          <option value="">{words.every}</option>
          {environments.map((one) => (
            <option key={one.slug} value={one.slug}>
              {one.name}
            </option>
          ))}
        </SelectField>
      </div>
      {who && (
        <Tree
          project={project}
          who={who}
          name={members.find((one) => keyOf(one) === keyOf(who))?.name ?? who.id}
          environment={environment}
        />
      )}
    </>
  )
}

function Tree({
  project,
  who,
  name,
  environment,
}: {
  project: string
  who: Actor
  name: string
  environment: string
}) {
  const tree = useQuery(accessTreeQuery(project, { type: who.type, id: who.id }, environment))
  if (tree.isPending) return <Skeleton rows={4} />
  if (tree.error) return <Failure message={errorText(tree.error)} onRetry={() => void tree.refetch()} />
  const { places, total, isComplete } = tree.data
  if (total === 0) return <EmptyState title={words.nothing} />
  return (
    <>
      <Export
        file="access-tree.csv"
        rows={async () => treeRows(name, await wholeTree(project, who, environment))}
      />
      {!isComplete && <Note tone="warning">{words.cut}</Note>}
      {places.length < total && <Note>{words.more(places.length, total)}</Note>}
      <Table label={words.tab} head={[words.environment, words.folder, words.secrets, ...HEAD]}>
        {places.map((place) => (
          <tr key={`${place.environment}:${place.secretPath}`}>
            <td>{place.environment}</td>
            <td>
              <code>{place.secretPath}</code>
            </td>
            <td>{place.secretCount}</td>
            <Reaches rights={place.rights} />
          </tr>
        ))}
      </Table>
    </>
  )
}

function OnePlace({ project, children }: ModeProps) {
  const found = useQuery(projectQuery(project))
  const environments = found.data?.environments ?? []
  const [chosen, setEnvironment] = useUrlState('environment')
  const [folder, setFolder] = useUrlState('folder', '/')
  const environment = chosen || (environments[0]?.slug ?? '')
  const settled = useSettled(folder, PAUSE)
  const list = useQuery({ ...accessListQuery(project, environment, settled), enabled: environment !== '' })
  const members = list.data?.members ?? []
  return (
    <>
      <div className={styles.fields}>
        {children}
        <SelectField
          label={words.environment}
          value={environment}
          onChange={(event) => setEnvironment(event.target.value)}
        >
          {environments.map((one) => (
            <option key={one.slug} value={one.slug}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <TextField label={words.folder} value={folder} onChange={(event) => setFolder(event.target.value)} />
      </div>
      {list.isPending && <Skeleton rows={4} />}
      {list.error && <Failure message={errorText(list.error)} onRetry={() => void list.refetch()} />}
      {list.data && (
        <>
          <Export
            file="access-list.csv"
            rows={async () =>
              memberRows(environment, settled, await wholeList(project, environment, settled))
            }
          />
          {members.length < list.data.total && <Note>{words.more(members.length, list.data.total)}</Note>}
          <Table label={words.tab} head={[words.member, words.kind, ...HEAD, words.by]}>
            {members.map((member) => (
              <tr key={member.id}>
                <td>{member.name}</td>
                <td>{words.kinds[member.type]}</td>
                <Reaches rights={member.rights} />
                <td>{member.sources.map(sourceName).join(', ')}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </>
  )
}

const Reaches = ({ rights }: { rights: Right[] }) =>
  PLACE_COLUMNS.map((column) => {
    const right = rightIn(rights, column)
    const extent = right?.extent ?? 'none'
    const tone = { all: styles.all, some: styles.some, none: styles.soft }[extent as string] ?? styles.denied
    const isCounted = extent === 'some' && typeof right?.secretCount === 'number'
    return (
      <td key={column.join(' ')} className={tone}>
        {isCounted ? words.count(right.secretCount ?? 0) : words.extents[extent]}
      </td>
    )
  })

function Export({ file, rows }: { file: string; rows: () => Promise<string[][]> }) {
  const write = useMutation({
    mutationFn: async () => {
      const all = await rows()
      download(csvOf(all), file)
      return all.length - 1
    },
    onSuccess: (count) => toast(words.exported(count)),
    onError: (error) => toast(errorText(error), { tone: 'danger' }),
  })
  return (
    <div className={access.buttons}>
      <Button icon={<Download size={16} />} busy={write.isPending} onClick={() => write.mutate()}>
        {words.export}
      </Button>
    </div>
  )
}
