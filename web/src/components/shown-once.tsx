import { Download } from 'lucide-react'
import { useState } from 'react'

import { download } from '~/lib/download'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CopyButton } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { CheckField, TextField } from '~/ui/field'
import { Note } from '~/ui/page'

/**
 * Shows a credential the one time it can be shown. Nothing closes it, neither Escape nor a click outside nor Back,
 * until it was copied, downloaded or said to be stored; or revoked.
 */
export function ShownOnce({
  words = text.once,
  secret,
  onDownload,
  onDone,
  onRevoke,
}: {
  /** What is shown; a client secret unless something else is said. */
  words?: Record<keyof typeof text.once, string>
  secret: string
  onDownload: () => void
  onDone: () => void
  onRevoke: () => void
}) {
  const [safe, setSafe] = useState(false)
  return (
    <Dialog
      title={words.title}
      hint={words.hint}
      guarded
      onClose={onDone}
      footer={
        <>
          {!safe && (
            <Button look="quiet" onClick={onRevoke}>
              {words.revoke}
            </Button>
          )}
          <Button
            look={safe ? 'primary' : 'plain'}
            disabled={!safe}
            title={safe ? undefined : words.wait}
            onClick={onDone}
          >
            {words.done}
          </Button>
        </>
      }
    >
      <TextField label={words.secret} value={secret} readOnly onFocus={(event) => event.target.select()} />
      <div>
        <CopyButton look="primary" text={secret} label={words.copy} onCopied={() => setSafe(true)} />{' '}
        <Button
          icon={<Download size={15} />}
          onClick={() => {
            onDownload()
            setSafe(true)
          }}
        >
          {words.download}
        </Button>
      </div>
      <CheckField label={words.stored} checked={safe} onChange={(event) => setSafe(event.target.checked)} />
      {!safe && <Note>{words.wait}</Note>}
    </Dialog>
  )
}

/** Saves both halves as a `.env` file, under the names that the client libraries and the CLI read. */
export function saveEnv(clientId: string, secret: string) {
  const content = `INFISICAL_UNIVERSAL_AUTH_CLIENT_ID=${clientId}\nINFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET=${secret}\n`
  download(content, 'client-secret.env')
}
