import { useState } from 'react'

import { signIn } from '~/api/account'
import { errorText } from '~/api/client'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { TextField } from '~/ui/field'
import { Note } from '~/ui/page'

/** E-mail and password. `onDone` is called once the session is in force. */
export function SignInForm({ email, onDone }: { email?: string | undefined; onDone: () => void }) {
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (form: FormData) => {
    setBusy(true)
    setError('')
    try {
      await signIn(String(form.get('email')), String(form.get('password')))
      onDone()
    } catch (failed) {
      setError(errorText(failed))
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit(new FormData(event.currentTarget))
      }}
    >
      {error && (
        <div role="alert">
          <Note tone="danger">{error}</Note>
        </div>
      )}
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
      <Button type="submit" look="primary" busy={busy}>
        {text.login.submit}
      </Button>
    </form>
  )
}
