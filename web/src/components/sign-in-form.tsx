import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { signIn } from '~/api/account'
import { problemOf } from '~/api/client'
import type { Challenge } from '~/api/second-factor'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { SecondFactorForm } from './second-factor-form'

/** E-mail and password, then the second factor if there is one. `onDone` is called once the session is in force. */
export function SignInForm({ email, onDone }: { email?: string | undefined; onDone: () => void }) {
  const [challenge, setChallenge] = useState<Challenge>()
  const signingIn = useMutation({
    mutationFn: (form: FormData) => signIn(String(form.get('email')), String(form.get('password'))),
    onSuccess: (asked) => (asked ? setChallenge(asked) : onDone()),
  })
  if (challenge) {
    return <SecondFactorForm challenge={challenge} onDone={onDone} onBack={() => setChallenge(undefined)} />
  }
  return (
    <Form
      submit={text.login.submit}
      busy={signingIn.isPending}
      error={problemOf(signingIn.error)}
      onSubmit={signingIn.mutate}
    >
      <TextField
        label={text.login.email}
        name="email"
        type="email"
        autoComplete="username"
        required
        defaultValue={email}
        autoFocus={!email}
      />
      <TextField
        label={text.login.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={Boolean(email)}
      />
    </Form>
  )
}
