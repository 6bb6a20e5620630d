import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { type IdentityToken, identityTokensQuery, TOKENS_MAX, useTokenChanges } from '~/api/auth-methods'
import { errorText, problemOf } from '~/api/client'
import { ShownOnce } from '~/components/shown-once'
import { expiryOf } from '~/lib/auth-methods/token'
import { fullTime, timeAgo } from '~/lib/dates'
import { download } from '~/lib/download'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { useNow } from '~/lib/use-now'
import { Badge } from '~/ui/badge'
import { Button, IconButton } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Dialog } from '~/ui/dialog'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Failure, Note, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'

type Open = { what: 'rename' | 'revoke'; token: IdentityToken }

const ONCE = { ...text.once, title: words.onceTitle, secret: words.onceSecret, copy: words.onceCopy }
const NAME_MAX = 255

/** The tokens that people made for an identity: made, named and revoked. */
export function TokensDialog({
  identity,
  onClose,
}: {
  identity: { id: string; name: string }
  onClose: () => void
}) {
  const tokens = useQuery(identityTokensQuery(identity.id))
  const { create, revoke } = useTokenChanges(identity.id)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const made = create.data
  const failure = tokens.error ?? create.error
  if (made) {
    return (
      <ShownOnce
        words={ONCE}
        secret={made.accessToken}
        onDownload={() => download(`INFISICAL_TOKEN=${made.accessToken}\n`, 'token.env')}
        onDone={create.reset}
        onRevoke={() => revoke.mutate(made.tokenData.id, { onSuccess: create.reset })}
      />
    )
  }
  if (open?.what === 'rename') return <Rename identity={identity.id} token={open.token} onClose={close} />
  if (open?.what === 'revoke') return <Revoke identity={identity.id} token={open.token} onClose={close} />
  return (
    <Dialog
      title={words.tokensTitle}
      hint={words.tokensHint(identity.name)}
      shape="wide"
      onClose={onClose}
      onSubmit={(form) => create.mutate(String(form.get('name')).trim())}
      footer={<Button onClick={onClose}>{words.back}</Button>}
    >
      {failure && <Failure message={errorText(failure)} />}
      <TextField
        label={words.tokenName}
        hint={words.tokenNameHint}
        name="name"
        maxLength={NAME_MAX}
        required
        autoFocus
      />
      <div>
        <Button type="submit" look="primary" icon={<Plus size={16} />} busy={create.isPending}>
          {words.createToken}
        </Button>
      </div>
      {tokens.isPending && <Skeleton rows={2} />}
      {tokens.data?.length === 0 && <p>{words.noTokens}</p>}
      {tokens.data?.length === TOKENS_MAX && <Note>{words.tokensMax(TOKENS_MAX)}</Note>}
      {tokens.data && tokens.data.length > 0 && <TokensTable tokens={tokens.data} onOpen={setOpen} />}
    </Dialog>
  )
}

const nameOf = ({ name }: IdentityToken) => name || words.unnamed

function TokensTable({ tokens, onOpen }: { tokens: IdentityToken[]; onOpen: (open: Open) => void }) {
  return (
    <Table
      label={words.tokensTitle}
      head={[words.tokenName, words.created, words.lastUsed, words.uses, words.expires, '']}
    >
      {tokens.map((token) => (
        <tr key={token.id}>
          <td>{nameOf(token)}</td>
          <td title={fullTime(token.createdAt)}>{timeAgo(token.createdAt)}</td>
          <td>{token.accessTokenLastUsedAt ? timeAgo(token.accessTokenLastUsedAt) : words.never}</td>
          <td>
            {token.accessTokenNumUses}
            {token.accessTokenNumUsesLimit > 0 && ` / ${token.accessTokenNumUsesLimit}`}
          </td>
          <td>
            <Expiry token={token} />
          </td>
          <td>
            {!token.isAccessTokenRevoked && (
              <RowActions>
                <IconButton
                  label={words.rename(nameOf(token))}
                  icon={<Pencil size={16} />}
                  onClick={() => onOpen({ what: 'rename', token })}
                />
                <IconButton
                  label={words.revoke(nameOf(token))}
                  icon={<Trash2 size={16} />}
                  onClick={() => onOpen({ what: 'revoke', token })}
                />
              </RowActions>
            )}
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Expiry({ token }: { token: IdentityToken }) {
  const now = useNow()
  if (token.isAccessTokenRevoked) return <Badge tone="danger">{words.revoked}</Badge>
  const end = expiryOf(token)
  if (end === undefined) return words.never
  if (end <= now) return <Badge tone="warning">{words.expired}</Badge>
  return <span title={fullTime(new Date(end).toISOString())}>{timeAgo(end)}</span>
}

type OfOne = { identity: string; token: IdentityToken; onClose: () => void }

function Rename({ identity, token, onClose }: OfOne) {
  const { rename } = useTokenChanges(identity)
  return (
    <FormDialog
      title={words.renameTitle}
      submit={text.common.save}
      cancel={text.common.cancel}
      busy={rename.isPending}
      error={problemOf(rename.error)}
      onSubmit={(form) =>
        rename.mutate({ id: token.id, name: String(form.get('name')).trim() }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <TextField
        label={words.tokenName}
        hint={words.tokenNameHint}
        name="name"
        maxLength={NAME_MAX}
        defaultValue={token.name ?? ''}
        required
        autoFocus
      />
    </FormDialog>
  )
}

function Revoke({ identity, token, onClose }: OfOne) {
  const { revoke } = useTokenChanges(identity)
  return (
    <Confirm
      title={words.revokeTitle(nameOf(token))}
      hint={words.revokeHint(token.accessTokenNumUses)}
      verb={words.revokeVerb}
      cancel={text.common.cancel}
      busy={revoke.isPending}
      error={problemOf(revoke.error)}
      onConfirm={() => revoke.mutate(token.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}
