import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'

import { signIn } from '~/api/account'
import { problemOf } from '~/api/client'
import { signInWithPasskey } from '~/api/passkeys'
import type { Challenge } from '~/api/second-factor'
import { text } from '~/lib/text'
import { canUsePasskeys } from '~/lib/webauthn'
import { Button } from '~/ui/button'
import { TextField } from '~/ui/field'
import { Form, FormProblem } from '~/ui/form'
import styles from './second-factor.module.css'
import { SecondFactorStep } from './second-factor-form'

/**
 * E-mail and password, or a passkey; then what the organization asks for. `onDone` is called once the session is in
 * force.
 */
export function SignInForm({ email, onDone }: { email?: string | undefined; onDone: () => void }) {
  const [challenge, setChallenge] = useState<Challenge>()
  const onSuccess = (asked: Challenge | undefined) => (asked ? setChallenge(asked) : onDone())
  const signingIn = useMutation({
    mutationFn: (form: FormData) => signIn(String(form.get('email')), String(form.get('password'))),
    onSuccess,
  })
  const withPasskey = useMutation({ mutationFn: signInWithPasskey, onSuccess })
  if (challenge) {
    return (
      <SecondFactorStep
        challenge={challenge}
        onDone={onDone}
        onAsked={setChallenge}
        onBack={() => setChallenge(undefined)}
      />
    )
  }
  return (
    <div className={styles.step}>
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
      <FormProblem error={problemOf(withPasskey.error)} />
      {canUsePasskeys() && (
        <Button
          icon={<KeyRound size={16} />}
          busy={withPasskey.isPending}
          onClick={() => withPasskey.mutate()}
        >
          {text.passkeys.signIn}
        </Button>
      )}
    </div>
  )
}
