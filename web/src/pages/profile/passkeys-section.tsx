import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { type Passkey, passkeysQuery } from '~/api/passkeys'
import { RecoveryCodesDialog } from '~/components/recovery-codes-dialog'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { canUsePasskeys } from '~/lib/webauthn'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Failure, Note, Section, Skeleton } from '~/ui/page'
import { RowActions, Table } from '~/ui/table'
import { AddPasskeyDialog, RemovePasskeyDialog, RenamePasskeyDialog } from './passkey-dialogs'

type Asking = { what: 'add' } | { what: 'rename' | 'remove'; passkey: Passkey }

/** The person's passkeys. */
export function PasskeysSection() {
  const found = useQuery(passkeysQuery)
  const [asking, setAsking] = useState<Asking>()
  const [codes, setCodes] = useState<string[]>([])
  const close = () => setAsking(undefined)
  const can = canUsePasskeys() && Boolean(found.data?.site)
  return (
    <Section
      title={text.passkeys.title}
      hint={text.passkeys.hint}
      actions={
        can && (
          <Button icon={<Plus size={15} />} onClick={() => setAsking({ what: 'add' })}>
            {text.passkeys.add}
          </Button>
        )
      }
    >
      {found.isPending && <Skeleton rows={1} />}
      {found.error && <Failure message={errorText(found.error)} />}
      {found.data && !can && <Note>{found.data.site ? text.passkeys.noBrowser : text.passkeys.noSite}</Note>}
      {found.data?.passkeys.length === 0 && can && <p>{text.passkeys.none}</p>}
      {found.data && found.data.passkeys.length > 0 && (
        <PasskeysTable passkeys={found.data.passkeys} onAsk={setAsking} />
      )}
      {asking?.what === 'add' && (
        <AddPasskeyDialog
          onAdded={(shown) => {
            close()
            setCodes(shown)
          }}
          onClose={close}
        />
      )}
      {asking?.what === 'rename' && <RenamePasskeyDialog passkey={asking.passkey} onClose={close} />}
      {asking?.what === 'remove' && <RemovePasskeyDialog passkey={asking.passkey} onClose={close} />}
      {codes.length > 0 && <RecoveryCodesDialog codes={codes} onDone={() => setCodes([])} />}
    </Section>
  )
}

function PasskeysTable({ passkeys, onAsk }: { passkeys: Passkey[]; onAsk: (asking: Asking) => void }) {
  return (
    <Table
      label={text.passkeys.title}
      head={[text.passkeys.name, text.passkeys.created, text.passkeys.used, '']}
    >
      {passkeys.map((passkey) => (
        <tr key={passkey.id}>
          <td>
            {passkey.name} {passkey.isSynchronized && <Badge>{text.passkeys.synchronized}</Badge>}{' '}
            {!passkey.worksHere && <Badge>{text.passkeys.elsewhere(passkey.relyingParty)}</Badge>}
          </td>
          <td title={fullTime(passkey.createdAt)}>{timeAgo(passkey.createdAt)}</td>
          <td title={passkey.lastUsedAt ? fullTime(passkey.lastUsedAt) : undefined}>
            {passkey.lastUsedAt ? timeAgo(passkey.lastUsedAt) : text.passkeys.never}
          </td>
          <td>
            <RowActions>
              <Button
                look="quiet"
                aria-label={text.passkeys.renameOf(passkey.name)}
                onClick={() => onAsk({ what: 'rename', passkey })}
              >
                {text.passkeys.rename}
              </Button>
              <Button
                look="quiet"
                aria-label={text.passkeys.removeOf(passkey.name)}
                onClick={() => onAsk({ what: 'remove', passkey })}
              >
                {text.passkeys.remove}
              </Button>
            </RowActions>
          </td>
        </tr>
      ))}
    </Table>
  )
}
