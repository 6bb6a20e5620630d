import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'

import { errorText, problemOf } from '~/api/client'
import { mailQuery, useAskForReset } from '~/api/mail'
import { Outside } from '~/components/outside'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Failure, Note, Skeleton } from '~/ui/page'

/** Asking for a link to set a new password; without a mail server, what to do instead. */
export default function ForgotPasswordPage() {
  const sendsMail = useQuery(mailQuery)
  const ask = useAskForReset()
  return (
    <Outside title={text.forgotPassword.title} hint={sendsMail.data && text.forgotPassword.hint}>
      {sendsMail.isPending && <Skeleton rows={2} />}
      {sendsMail.error && <Failure message={errorText(sendsMail.error)} />}
      {sendsMail.data === false && <Note>{text.forgotPassword.noMail}</Note>}
      {sendsMail.data && ask.isSuccess && (
        <div role="status">
          <Note tone="success">{text.forgotPassword.sent}</Note>
        </div>
      )}
      {sendsMail.data && !ask.isSuccess && (
        <Form
          submit={text.forgotPassword.submit}
          busy={ask.isPending}
          error={problemOf(ask.error)}
          onSubmit={(form) => ask.mutate(String(form.get('email')))}
        >
          <TextField
            label={text.login.email}
            name="email"
            type="email"
            autoComplete="username"
            required
            autoFocus
          />
        </Form>
      )}
      <Link href={paths.login()}>{text.forgotPassword.back}</Link>
    </Outside>
  )
}
