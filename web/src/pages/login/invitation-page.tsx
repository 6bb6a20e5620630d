import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Redirect, useLocation } from 'wouter'

import { ApiError, errorText, problemOf } from '~/api/client'
import { acceptInvitation, openInvitation } from '~/api/invitation'
import { useSession } from '~/api/session'
import { Outside } from '~/components/outside'
import { SignInForm } from '~/components/sign-in-form'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Failure, Skeleton } from '~/ui/page'

const PASSWORD_MIN = 12

/** Where the link of an invitation leads: name and password of somebody new, or the sign-in of somebody known. */
export default function InvitationPage() {
  const session = useSession()
  const [, navigate] = useLocation()
  const [invitation] = useState(readLink)
  // The code stays in no history.
  useEffect(() => history.replaceState(history.state, '', location.pathname), [])
  const opened = useQuery({
    queryKey: ['invitation', session.state],
    queryFn: () => openInvitation(invitation),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const accept = useMutation({
    mutationFn: (form: FormData) =>
      acceptInvitation(invitation, {
        firstName: String(form.get('first')).trim(),
        lastName: String(form.get('last')).trim(),
        password: String(form.get('password')),
      }),
    onSuccess: (organization) =>
      navigate(organization ? paths.overview(organization) : paths.selectOrganization(), { replace: true }),
  })

  if (opened.data === 'joined') return <Redirect to={paths.selectOrganization()} replace />
  if (opened.error instanceof ApiError && opened.error.status === 403) {
    return (
      <Outside title={text.invitation.title} hint={text.invitation.known}>
        <SignInForm email={invitation.email} onDone={() => void opened.refetch()} />
      </Outside>
    )
  }
  return (
    <Outside title={text.invitation.title} hint={invitation.email}>
      {opened.isPending && <Skeleton rows={3} />}
      {opened.error && <Failure message={errorText(opened.error)} />}
      {opened.data === 'new' && (
        <Form
          submit={text.invitation.submit}
          busy={accept.isPending || accept.isSuccess}
          error={problemOf(accept.error)}
          onSubmit={accept.mutate}
        >
          <TextField
            label={text.profile.first}
            name="first"
            autoComplete="given-name"
            maxLength={64}
            required
            autoFocus
          />
          <TextField label={text.profile.last} name="last" autoComplete="family-name" maxLength={64} />
          <TextField
            label={text.setup.password}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={PASSWORD_MIN}
            hint={text.setup.passwordHint}
            required
          />
        </Form>
      )}
    </Outside>
  )
}

function readLink() {
  const query = new URLSearchParams(location.search)
  return {
    code: query.get('token') ?? '',
    email: query.get('to') ?? '',
    organizationId: query.get('organization_id') ?? '',
  }
}
