import { useMutation } from '@tanstack/react-query'

import { signIn } from '~/api/account'
import { problemOf } from '~/api/client'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'

/** E-mail and password. `onDone` is called once the session is in force. */
export function SignInForm({ email, onDone }: { email?: string | undefined; onDone: () => void }) {
  const signingIn = useMutation({
    mutationFn: (form: FormData) => signIn(String(form.get('email')), String(form.get('password'))),
    onSuccess: onDone,
  })
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
