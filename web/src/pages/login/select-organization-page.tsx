import { useMutation, useQuery } from '@tanstack/react-query'
import { Building2 } from 'lucide-react'
import { useState } from 'react'
import { Redirect, useLocation } from 'wouter'

import { organizationsQuery, selectOrganization } from '~/api/account'
import { errorText } from '~/api/client'
import type { Challenge } from '~/api/second-factor'
import { useSession } from '~/api/session'
import { Outside } from '~/components/outside'
import { SecondFactorStep } from '~/components/second-factor-form'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Failure, Skeleton } from '~/ui/page'
import { callbackPort } from './cli'

/** The choice of somebody who belongs to several organizations. */
export default function SelectOrganizationPage() {
  const session = useSession()
  const [, navigate] = useLocation()
  const signedIn = session.state === 'signed-in'
  const organizations = useQuery({ ...organizationsQuery, enabled: signedIn })
  const [challenge, setChallenge] = useState<Challenge>()
  const enter = (organization: string) => {
    const port = callbackPort(location.search)
    navigate(port ? `${paths.cliRedirect()}?callback_port=${port}` : paths.overview(organization))
  }
  const select = useMutation({
    mutationFn: (id: string) => selectOrganization(id),
    onSuccess: (asked, id) => (asked ? setChallenge(asked) : enter(id)),
  })
  const failure = organizations.error ?? select.error

  if (!signedIn) return <Redirect to={paths.login()} replace />
  if (challenge) {
    return (
      <Outside
        title={challenge.kind === 'give' ? text.login.title : text.setUpFactor.title}
        hint={challenge.kind === 'give' ? text.secondFactor.waits : undefined}
      >
        <SecondFactorStep
          challenge={challenge}
          onDone={() => enter(challenge.organizationId)}
          onAsked={setChallenge}
          onBack={() => setChallenge(undefined)}
        />
      </Outside>
    )
  }
  return (
    <Outside title={text.login.choose} hint={text.login.chooseHint}>
      {failure && <Failure message={errorText(failure)} />}
      {organizations.isPending && <Skeleton rows={2} />}
      {organizations.data?.length === 0 && <p>{text.login.none}</p>}
      {organizations.data?.map((one) => (
        <Button
          key={one.id}
          icon={<Building2 size={16} />}
          busy={select.isPending}
          onClick={() => select.mutate(one.id)}
        >
          {one.name}
        </Button>
      ))}
    </Outside>
  )
}
