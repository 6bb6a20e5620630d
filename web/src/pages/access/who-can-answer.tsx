import { useQuery } from '@tanstack/react-query'

import { errorText } from '~/api/client'
import { type Question, type WhoCan, whoCanQuery } from '~/api/explain'
import { sourceName } from '~/lib/access'
import { fullTime } from '~/lib/dates'
import { text } from '~/lib/text'
import { EmptyState, Failure, Skeleton } from '~/ui/page'
import { Table } from '~/ui/table'

const words = text.explain

/** Everybody who may do something with secrets, by which roles and privileges; and the service tokens that may. */
export function WhoCanAnswer({ project, question }: { project: string; question: Question }) {
  const answer = useQuery(whoCanQuery(project, question))
  if (answer.isPending) return <Skeleton rows={3} />
  if (answer.error) return <Failure message={errorText(answer.error)} />
  const rows = rowsOf(answer.data)
  if (rows.length === 0) return <EmptyState title={words.nobody} />
  return (
    <Table label={words.whoMay} head={[words.name, words.kind, words.by]}>
      {rows.map(({ id, name, kind, by }) => (
        <tr key={`${kind} ${id}`}>
          <td>{name}</td>
          <td>{kind}</td>
          <td>{by}</td>
        </tr>
      ))}
    </Table>
  )
}

const PARTS = [
  ['users', 'user'],
  ['identities', 'identity'],
  ['groups', 'group'],
] as const

type Row = { id: string; name: string; kind: string | undefined; by: string }

const rowsOf = (all: WhoCan): Row[] => [
  ...PARTS.flatMap(([part, type]) =>
    all[part].map(({ id, name, sources }) => ({
      id,
      name,
      kind: text.tree.kinds[type],
      by: sources.map((source) => ending(sourceName(source), source.endsAt)).join(', '),
    })),
  ),
  ...all.serviceTokens.map(({ id, name, expiresAt }) => ({
    id,
    name,
    kind: words.token,
    by: ending(words.scopes, expiresAt),
  })),
]

const ending = (what: string, at: string | null) => (at ? words.ending(what, fullTime(at)) : what)
