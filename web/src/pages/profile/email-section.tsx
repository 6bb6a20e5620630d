import { useQuery } from '@tanstack/react-query'

import { meQuery, type User } from '~/api/account'
import { problemOf } from '~/api/client'
import { mailQuery, useSendCode, useVerifyEmail } from '~/api/mail'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { TextField } from '~/ui/field'
import { Form, FormProblem } from '~/ui/form'
import { Note, Section, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './profile-page.module.css'

const words = text.emailVerification

/** The person's address, and whether it was shown that mail reaches them. */
export function EmailSection() {
  const me = useQuery(meQuery)
  const sendsMail = useQuery(mailQuery)
  if (!me.data || sendsMail.isPending) return <Skeleton rows={2} />
  const isVerified = me.data.isEmailVerified
  // Without mails nobody can verify anything, so there is nothing to say of it.
  const canVerify = !isVerified && sendsMail.data
  return (
    <Section title={words.title} {...(canVerify ? { hint: words.hint } : {})}>
      <div>
        {me.data.email} {isVerified && <Badge tone="success">{words.verified}</Badge>}
        {canVerify && <Badge tone="warning">{words.unverified}</Badge>}
      </div>
      {canVerify && <Verification me={me.data} />}
    </Section>
  )
}

function Verification({ me }: { me: User }) {
  const send = useSendCode()
  const verify = useVerifyEmail()
  if (!send.isSuccess) {
    return (
      <div className={styles.form}>
        <FormProblem error={problemOf(send.error)} />
        <div>
          <Button busy={send.isPending} onClick={() => send.mutate(me.email)}>
            {words.send}
          </Button>
        </div>
      </div>
    )
  }
  return (
    <Form
      className={styles.form}
      submit={words.submit}
      busy={verify.isPending}
      error={problemOf(verify.error)}
      onSubmit={(form) =>
        verify.mutate(
          { username: me.email, code: String(form.get('code')).trim() },
          { onSuccess: () => toast(words.done) },
        )
      }
    >
      <div role="status">
        <Note>{words.sent}</Note>
      </div>
      <TextField
        label={words.code}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        required
        autoFocus
      />
    </Form>
  )
}
