import { useQuery } from '@tanstack/react-query'
import { Link2, Send } from 'lucide-react'

import { errorText } from '~/api/client'
import { mailQuery } from '~/api/mail'
import { type Person, useResendInvitation } from '~/api/people'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { toast } from '~/ui/toast'
import { InviteLinks } from './invite-dialog'

const words = text.invitationMails

/** Sends an invitation again, or shows its new link if the server sends no mail. */
export function ResendButton({ person }: { person: Person }) {
  const sendsMail = useQuery(mailQuery)
  const resend = useResendInvitation()
  if (sendsMail.data === undefined) return null
  return (
    <>
      <IconButton
        label={sendsMail.data ? words.resend(person.email) : words.newLink(person.email)}
        icon={sendsMail.data ? <Send size={16} /> : <Link2 size={16} />}
        disabled={resend.isPending}
        onClick={() =>
          resend.mutate(person.id, {
            onSuccess: (link) => link ?? toast(words.resent(person.email)),
            onError: (error) => toast(errorText(error), { tone: 'danger' }),
          })
        }
      />
      {resend.data && (
        <Dialog
          title={words.newLinkTitle}
          hint={words.newLinkHint}
          onClose={resend.reset}
          footer={<Button onClick={resend.reset}>{text.common.close}</Button>}
        >
          <InviteLinks links={[resend.data]} />
        </Dialog>
      )}
    </>
  )
}
