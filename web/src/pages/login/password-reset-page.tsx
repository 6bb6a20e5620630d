import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'

import { problemOf } from '~/api/client'
import { openReset, type ResetLink, resetPassword } from '~/api/mail'
import { signedOut } from '~/api/session'
import { Outside } from '~/components/outside'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Note } from '~/ui/page'

const PASSWORD_MIN = 12

/** Where the link of such a mail leads: a new password. */
export default function PasswordResetPage() {
  const [link] = useState(readLink)
  // The code stays in no history.
  useEffect(() => history.replaceState(history.state, '', location.pathname), [])
  const reset = useReset(link)

  if (reset.isSuccess) {
    return (
      <Outside title={text.passwordReset.title}>
        <div role="status">
          <Note tone="success">{text.passwordReset.done}</Note>
        </div>
        <Link href={paths.login()}>{text.passwordReset.signIn}</Link>
      </Outside>
    )
  }
  return (
    <Outside title={text.passwordReset.title} hint={link.email}>
      {link.code ? (
        <Form
          submit={text.passwordReset.submit}
          busy={reset.isPending}
          error={problemOf(reset.error)}
          onSubmit={(form) => reset.mutate(String(form.get('password')))}
        >
          {/* Password managers want to know whose it is. */}
          <input type="hidden" name="username" autoComplete="username" value={link.email} readOnly />
          <TextField
            label={text.profile.new}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={PASSWORD_MIN}
            hint={text.setup.passwordHint}
            required
            autoFocus
          />
        </Form>
      ) : (
        <Note tone="warning">{text.passwordReset.invalid}</Note>
      )}
      {(reset.isError || !link.code) && <Link href={paths.forgotPassword()}>{text.passwordReset.again}</Link>}
    </Outside>
  )
}

/** The code is good once: if the server refuses the password, the token that it gave is used again. */
function useReset(link: ResetLink) {
  const token = useRef('')
  return useMutation({
    mutationFn: async (password: string) => {
      token.current ||= await openReset(link)
      await resetPassword(token.current, password)
    },
    onSuccess: signedOut,
  })
}

function readLink(): ResetLink {
  const said = new URLSearchParams(location.hash.slice(1))
  return { code: said.get('token') ?? '', email: said.get('to') ?? '' }
}
