import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Redirect } from 'wouter'

import { instanceQuery } from '~/api/account'
import { useSession } from '~/api/session'
import { Outside } from '~/components/outside'
import { SignInForm } from '~/components/sign-in-form'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Note } from '~/ui/page'
import { callbackPort } from './cli'
import CliRedirectPage from './cli-redirect-page'
import styles from './login-page.module.css'

/** Signing in; with `callback_port` on behalf of the command line, which waits on that port of this computer. */
export function LoginPage() {
  const session = useSession()
  const instance = useQuery(instanceQuery)
  const port = callbackPort(location.search)
  // A browser that is signed in already does not hand its session to the command line unasked.
  const [asked, setAsked] = useState(false)

  if (instance.isPending) return null
  if (instance.data && !instance.data.config.initialized) return <Redirect to={paths.setup()} replace />
  if (session.state === 'signed-in' && port && asked) {
    return session.organizationId ? <CliRedirectPage port={port} /> : <Redirect to={withPort(port)} replace />
  }
  if (session.state === 'signed-in' && !port) return <Redirect to={nextAddress()} replace />

  return (
    <Outside title={text.login.title} hint={text.login.hint}>
      {port && <Note>{text.login.cliHint}</Note>}
      {instance.data?.config.authConsentContent && (
        <Note tone="warning">
          <p className={styles.lines}>{instance.data.config.authConsentContent}</p>
        </Note>
      )}
      <SignInForm onDone={() => setAsked(true)} />
      <Link href={paths.forgotPassword()}>{text.forgotPassword.link}</Link>
    </Outside>
  )
}

const withPort = (port: number) => `${paths.selectOrganization()}?callback_port=${port}`

/** Where the person was going; only ever an address of this dashboard. */
function nextAddress(): string {
  const next = new URLSearchParams(location.search).get('next') ?? '/'
  return /^\/(?![/\\])/.test(next) ? next : '/'
}
