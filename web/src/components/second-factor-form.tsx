import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { givePasskey } from '~/api/passkeys'
import { type Asked, type Challenge, giveCode } from '~/api/second-factor'
import { text } from '~/lib/text'
import { canUsePasskeys } from '~/lib/webauthn'
import { Button } from '~/ui/button'
import { TextField } from '~/ui/field'
import { Form, FormProblem } from '~/ui/form'
import styles from './second-factor.module.css'
import { SetUpFactor } from './set-up-factor'

type Steps = {
  /** The session is in force. */
  onDone: () => void
  /** Something else is asked for besides. */
  onAsked: (challenge: Challenge) => void
  onBack: () => void
}

/** What has to come before the organization: giving a second factor, or setting one up. */
export function SecondFactorStep({ challenge, ...steps }: Steps & { challenge: Challenge }) {
  return challenge.kind === 'set-up' ? (
    <SetUpFactor challenge={challenge} {...steps} />
  ) : (
    <SecondFactorForm key={challenge.token} asked={challenge} {...steps} />
  )
}

/** Asks for a passkey, a code of the authenticator app, or a recovery code. */
function SecondFactorForm({ asked, onDone, onAsked, onBack }: Steps & { asked: Asked }) {
  const hasPasskey = asked.methods.includes('webauthn') && canUsePasskeys()
  const [coded, setCoded] = useState(asked.methods[0] !== 'webauthn' || !hasPasskey)
  const onSuccess = (more: Challenge | undefined) => (more ? onAsked(more) : onDone())
  const coding = useMutation({
    mutationFn: (form: FormData) => giveCode(asked, String(form.get('code'))),
    onSuccess,
  })
  const giving = useMutation({ mutationFn: () => givePasskey(asked), onSuccess })
  return (
    <div className={styles.step}>
      {coded && (
        <Form
          submit={text.secondFactor.submit}
          busy={coding.isPending}
          error={problemOf(coding.error)}
          onSubmit={coding.mutate}
        >
          <TextField
            label={text.secondFactor.code}
            hint={asked.methods.includes('totp') ? text.secondFactor.codeHint : text.passkeys.recoveryHint}
            name="code"
            autoComplete="one-time-code"
            inputMode="text"
            required
            autoFocus
          />
        </Form>
      )}
      <FormProblem error={problemOf(giving.error)} />
      {hasPasskey && (
        <Button
          look={coded ? 'plain' : 'primary'}
          icon={<KeyRound size={16} />}
          busy={giving.isPending}
          autoFocus={!coded}
          onClick={() => giving.mutate()}
        >
          {text.passkeys.use}
        </Button>
      )}
      {!coded && (
        <Button look="quiet" onClick={() => setCoded(true)}>
          {text.passkeys.code}
        </Button>
      )}
      <Button look="quiet" onClick={onBack}>
        {text.secondFactor.back}
      </Button>
    </div>
  )
}
