import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import { projectPeopleQuery } from '~/api/people'
import { type ServiceToken, serviceTokensQuery, useServiceTokenChanges } from '~/api/service-tokens'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { EmptyState, Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { toast } from '~/ui/toast'
import access from './access.module.css'
import { MakeServiceTokenDialog } from './make-service-token-dialog'

const words = text.serviceTokens

type Open = { what: 'make' } | { what: 'delete'; token: ServiceToken }

/** The service tokens of a project: listed, made and deleted. */
export function ServiceTokensTab({ project }: { project: string }) {
  const tokens = useQuery(serviceTokensQuery(project))
  const people = useQuery(projectPeopleQuery(project))
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  if (tokens.isPending) return <Skeleton rows={3} />
  if (tokens.error) return <Failure message={errorText(tokens.error)} onRetry={() => void tokens.refetch()} />
  const makerOf = (token: ServiceToken) =>
    people.data ? (people.data.find((one) => one.userId === token.createdBy)?.email ?? words.elsewhere) : ''
  const make = (
    <Button look="primary" icon={<Plus size={16} />} onClick={() => setOpen({ what: 'make' })}>
      {words.make}
    </Button>
  )
  return (
    <>
      <Note>
        {words.hint} <a href="?selectedTab=identities">{words.identities}</a>
      </Note>
      {tokens.data.length === 0 ? (
        <EmptyState icon={<KeyRound size={22} />} title={words.none} hint={words.noneHint}>
          {make}
        </EmptyState>
      ) : (
        <>
          <div className={access.buttons}>{make}</div>
          <Table
            label={words.tab}
            head={[words.name, words.where, words.may, words.ends, words.used, words.maker, '']}
          >
            {tokens.data.map((one) => (
              <Row
                key={one.id}
                token={one}
                maker={makerOf(one)}
                onDelete={() => setOpen({ what: 'delete', token: one })}
              />
            ))}
          </Table>
          <Note>{words.makerHint}</Note>
        </>
      )}
      {open?.what === 'make' && <MakeServiceTokenDialog project={project} onClose={close} />}
      {open?.what === 'delete' && <Delete project={project} token={open.token} onClose={close} />}
    </>
  )
}

function Row({ token, maker, onDelete }: { token: ServiceToken; maker: string; onDelete: () => void }) {
  return (
    <tr>
      <td>{token.name}</td>
      <td>
        {token.scopes.map(({ environment, secretPath }) => (
          <div key={`${environment} ${secretPath}`}>
            {environment} <code>{secretPath}</code>
          </div>
        ))}
      </td>
      <td>{token.permissions.map((one) => words.permissions[one]).join(', ')}</td>
      <td>
        <Ends at={token.expiresAt} />
      </td>
      <td title={token.lastUsed ? fullTime(token.lastUsed) : undefined}>
        {token.lastUsed ? timeAgo(token.lastUsed) : words.unused}
      </td>
      <td>{maker}</td>
      <td>
        <RowActions>
          <IconButton label={words.delete(token.name)} icon={<Trash2 size={16} />} onClick={onDelete} />
        </RowActions>
      </td>
    </tr>
  )
}

function Ends({ at }: { at: string | null }) {
  if (at === null) return words.never
  if (Date.parse(at) <= Date.now()) return <Badge tone="danger">{words.ended}</Badge>
  return <span title={fullTime(at)}>{timeAgo(at)}</span>
}

function Delete({ project, token, onClose }: { project: string; token: ServiceToken; onClose: () => void }) {
  const { remove } = useServiceTokenChanges(project)
  return (
    <Confirm
      title={words.deleteTitle(token.name)}
      hint={words.deleteHint}
      verb={text.common.delete}
      cancel={text.common.cancel}
      busy={remove.isPending}
      error={problemOf(remove.error)}
      onConfirm={() =>
        remove.mutate(token.id, {
          onSuccess: () => {
            toast(words.deleted)
            onClose()
          },
        })
      }
      onClose={onClose}
    />
  )
}
