import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'

import { instanceQuery, setUp } from '~/api/account'
import { errorText } from '~/api/client'
import { Outside } from '~/components/outside'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CheckField, TextField } from '~/ui/field'
import { Note } from '~/ui/page'

const PASSWORD_MIN = 12

/** The first run: one page that makes the administrator and the organization. */
export default function SetupPage() {
  const instance = useQuery(instanceQuery)
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [shown, setShown] = useState(false)
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  // After the # it reaches no server log. It may be typed too.
  const [setupToken] = useState(() => decodeURIComponent(location.hash.slice(1)))

  if (instance.data?.config.initialized && !busy) {
    return (
      <Outside title={text.setup.title} hint={text.setup.done}>
        <Link href={paths.login()}>{text.setup.toLogin}</Link>
      </Outside>
    )
  }
  const submit = async (form: FormData) => {
    setBusy(true)
    setError('')
    try {
      const email = String(form.get('email'))
      const organization = await setUp({
        email,
        password: String(form.get('password')),
        firstName: email.split('@')[0] ?? email,
        organization: String(form.get('organization')),
        setupToken,
      })
      await client.invalidateQueries({ queryKey: instanceQuery.queryKey })
      navigate(paths.overview(organization.id), { replace: true })
    } catch (failed) {
      setError(errorText(failed))
      setBusy(false)
    }
  }
  return (
    <Outside title={text.setup.title} hint={text.setup.hint}>
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
          label={text.setup.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          autoFocus
        />
        <TextField
          label={text.setup.password}
          name="password"
          type={shown ? 'text' : 'password'}
          autoComplete="new-password"
          minLength={PASSWORD_MIN}
          required
          hint={text.setup.passwordHint}
        />
        <CheckField
          label={text.setup.show}
          checked={shown}
          onChange={(event) => setShown(event.target.checked)}
        />
        <TextField
          label={text.setup.organization}
          name="organization"
          defaultValue={text.setup.organizationDefault}
          maxLength={64}
          required
        />
        <Button type="submit" look="primary" busy={busy}>
          {text.setup.submit}
        </Button>
      </form>
    </Outside>
  )
}
