import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { meQuery } from '~/api/account'
import { useSession } from '~/api/session'
import { Outside } from '~/components/outside'
import { text } from '~/lib/text'
import { CopyButton } from '~/ui/copy'
import { TextArea } from '~/ui/field'
import { Note } from '~/ui/page'
import { asPaste, callbackPort, handOver, sendToCli } from './cli'

/** Hands the session to the command line, by its port or, where that fails, as text to paste. */
export default function CliRedirectPage({
  port = callbackPort(location.search),
}: {
  port?: number | undefined
}) {
  const session = useSession()
  const signedIn = session.state === 'signed-in'
  const me = useQuery({ ...meQuery, enabled: signedIn })
  const [sent, setSent] = useState<boolean>()
  const email = me.data?.email

  useEffect(() => {
    if (!email) return
    if (port) void sendToCli(port, handOver(email)).then(setSent)
    else setSent(false)
  }, [email, port])

  if (!signedIn) return <Outside title={text.cli.nothing} hint={text.cli.nothingHint} />
  if (sent === undefined || !email) return null
  if (sent) return <Outside title={text.cli.done} hint={text.cli.doneHint} />
  const paste = asPaste(handOver(email))
  return (
    <Outside title={text.cli.paste} hint={text.cli.pasteHint}>
      <TextArea label={text.cli.what} readOnly rows={5} value={paste} />
      <CopyButton look="primary" text={paste} label={`Copy ${text.cli.what}`} />
      <Note tone="warning">{text.cli.expires}</Note>
    </Outside>
  )
}
