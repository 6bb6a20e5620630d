import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { meQuery, useDeleteAccount } from '~/api/account'
import { problemOf } from '~/api/client'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Section } from '~/ui/page'

const words = text.deleteAccount

/** Deleting one's own account. The server says what stands against it. */
export function DeleteAccountSection() {
  const email = useQuery(meQuery).data?.email
  const remove = useDeleteAccount()
  const [asking, setAsking] = useState(false)
  if (!email) return null
  return (
    <Section title={words.title} hint={words.hint}>
      <div>
        <Button look="danger" onClick={() => setAsking(true)}>
          {words.title}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={words.ask}
          hint={words.hint}
          verb={text.common.delete}
          cancel={text.common.cancel}
          typed={{ name: email, label: text.confirm.type(email) }}
          busy={remove.isPending}
          error={problemOf(remove.error)}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  )
}
