import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'

import { instanceQuery, setUp } from '~/api/account'
import { problemOf } from '~/api/client'
import { Outside } from '~/components/outside'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { CheckField, TextField } from '~/ui/field'
import { Form } from '~/ui/form'

const PASSWORD_MIN = 12

/** The first run: one page that makes the administrator and the organization. */
export default function SetupPage() {
  const instance = useQuery(instanceQuery)
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [shown, setShown] = useState(false)
  // After the # it reaches no server log. It may be typed too.
  const [setupToken] = useState(() => decodeURIComponent(location.hash.slice(1)))

  const settingUp = useMutation({
    mutationFn: (form: FormData) => {
      const email = String(form.get('email'))
      return setUp({
        email,
        password: String(form.get('password')),
        firstName: email.split('@')[0] ?? email,
        organization: String(form.get('organization')),
        setupToken,
      })
    },
    onSuccess: async (organization) => {
      await client.invalidateQueries({ queryKey: instanceQuery.queryKey })
      navigate(paths.overview(organization.id), { replace: true })
    },
  })

  if (instance.data?.config.initialized && !settingUp.isPending && !settingUp.isSuccess) {
    return (
      <Outside title={text.setup.title} hint={text.setup.done}>
        <Link href={paths.login()}>{text.setup.toLogin}</Link>
      </Outside>
    )
  }
  return (
    <Outside title={text.setup.title} hint={text.setup.hint}>
      <Form
        submit={text.setup.submit}
        busy={settingUp.isPending || settingUp.isSuccess}
        error={problemOf(settingUp.error)}
        onSubmit={settingUp.mutate}
      >
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
      </Form>
    </Outside>
  )
}
