import { useMutation } from '@tanstack/react-query'

import { problemOf } from '~/api/client'
import { type Challenge, giveSecondFactor } from '~/api/second-factor'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import styles from './second-factor-form.module.css'

/** Asks for a code of the authenticator app, or a recovery code. */
export function SecondFactorForm({
  challenge,
  onDone,
  onBack,
}: {
  challenge: Challenge
  onDone: () => void
  onBack: () => void
}) {
  const giving = useMutation({
    mutationFn: (form: FormData) => giveSecondFactor(challenge, String(form.get('code'))),
    onSuccess: onDone,
  })
  return (
    <div className={styles.step}>
      <Form
        submit={text.secondFactor.submit}
        busy={giving.isPending}
        error={problemOf(giving.error)}
        onSubmit={giving.mutate}
      >
        <TextField
          label={text.secondFactor.code}
          hint={text.secondFactor.codeHint}
          name="code"
          autoComplete="one-time-code"
          inputMode="text"
          required
          autoFocus
        />
      </Form>
      <Button look="quiet" onClick={onBack}>
        {text.secondFactor.back}
      </Button>
    </div>
  )
}
