import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { organizationRolesQuery } from '~/api/identities'
import { type InviteLink, useInvite } from '~/api/people'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CopyLine } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { SelectField, TextArea } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Note } from '~/ui/page'
import styles from './access.module.css'

const MEMBER = 'member'

/** Invites people by e-mail, then says to whom mail went, or shows the links if the server sends none. */
export function InviteDialog({ organization, onClose }: { organization: string; onClose: () => void }) {
  const roles = useQuery(organizationRolesQuery)
  const invite = useInvite(organization)
  const [role, setRole] = useState(MEMBER)
  if (invite.data) return <Invited {...invite.data} onClose={onClose} />
  return (
    <FormDialog
      title={text.invite.open}
      onClose={onClose}
      onSubmit={(form) =>
        invite.mutate({
          emails: String(form.get('emails'))
            .split(/[\s,;]+/)
            .filter(Boolean),
          role,
        })
      }
      submit={text.invite.submit}
      cancel={text.common.cancel}
      busy={invite.isPending}
      error={problemOf(invite.error)}
    >
      <TextArea
        label={text.invite.emails}
        hint={text.invite.emailsHint}
        name="emails"
        rows={4}
        required
        autoFocus
      />
      <SelectField
        label={text.createIdentity.role}
        value={role}
        onChange={(event) => setRole(event.target.value)}
      >
        {(roles.data ?? [{ id: MEMBER, slug: MEMBER, name: 'Member' }]).map((one) => (
          <option key={one.id} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  )
}

/** What became of the invitations. */
function Invited({
  links,
  mailedTo,
  onClose,
}: {
  links: InviteLink[]
  mailedTo: string[]
  onClose: () => void
}) {
  const isByMail = mailedTo.length > 0
  return (
    <Dialog
      title={isByMail ? text.invitationMails.title : text.invite.links}
      hint={isByMail ? text.invitationMails.hint : text.invite.linksHint}
      onClose={onClose}
      footer={<Button onClick={onClose}>{text.common.close}</Button>}
    >
      {isByMail && <Note tone="success">{text.invitationMails.sentTo(mailedTo.join(', '))}</Note>}
      {!isByMail && links.length === 0 && <Note>{text.invite.none}</Note>}
      <InviteLinks links={links} />
    </Dialog>
  )
}

/** Links to hand over. */
export function InviteLinks({ links }: { links: InviteLink[] }) {
  return (
    <ul className={styles.links}>
      {links.map(({ email, link }) => (
        <li key={email}>
          {email}
          <CopyLine text={link} what={text.invite.linkOf(email)} />
        </li>
      ))}
    </ul>
  )
}
