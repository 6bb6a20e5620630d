import { useMutation } from '@tanstack/react-query'
import { KeyRound, Smartphone } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import { selectOrganization } from '~/api/account'
import { problemOf } from '~/api/client'
import { useAddPasskey } from '~/api/passkeys'
import { type Challenge, type Method, type Registration, useRegister } from '~/api/second-factor'
import { text } from '~/lib/text'
import { canUsePasskeys } from '~/lib/webauthn'
import { Button } from '~/ui/button'
import { FormProblem } from '~/ui/form'
import { RecoveryCodesDialog } from './recovery-codes-dialog'
import styles from './second-factor.module.css'

const SetUpAppDialog = lazy(() => import('./set-up-app-dialog'))

type Props = {
  challenge: Extract<Challenge, { kind: 'set-up' }>
  onDone: () => void
  onAsked: (challenge: Challenge) => void
  onBack: () => void
}

/** Lets somebody set up what their organization asks for, and then in. */
export function SetUpFactor({ challenge, onDone, onAsked, onBack }: Props) {
  const { login, methods, organizationId } = challenge
  const [registration, setRegistration] = useState<Registration>()
  const [codes, setCodes] = useState<string[]>()
  const register = useRegister(login)
  const add = useAddPasskey(login)
  const entering = useMutation({
    mutationFn: () => selectOrganization(organizationId, login),
    onSuccess: (more) => (more ? onAsked(more) : onDone()),
  })
  const goOn = (shown: string[]) => (shown.length ? setCodes(shown) : entering.mutate())
  const can = (method: Method) => methods.includes(method) && (method === 'totp' || canUsePasskeys())
  return (
    <div className={styles.step}>
      <p>{hintOf(methods)}</p>
      {!methods.some(can) && <FormProblem error={text.passkeys.noSite} />}
      <FormProblem error={problemOf(register.error ?? add.error ?? entering.error)} />
      {can('webauthn') && (
        <Button
          look="primary"
          icon={<KeyRound size={16} />}
          busy={add.isPending || entering.isPending}
          onClick={() =>
            add.mutate(
              { name: text.setUpFactor.defaultName },
              { onSuccess: ({ recoveryCodes }) => goOn(recoveryCodes) },
            )
          }
        >
          {text.passkeys.add}
        </Button>
      )}
      {can('totp') && (
        <Button
          look={can('webauthn') ? 'plain' : 'primary'}
          icon={<Smartphone size={16} />}
          busy={register.isPending || entering.isPending}
          onClick={() => register.mutate(undefined, { onSuccess: setRegistration })}
        >
          {text.secondFactor.setUp}
        </Button>
      )}
      <Button look="quiet" onClick={onBack}>
        {text.secondFactor.back}
      </Button>
      <Suspense fallback={null}>
        {registration && (
          <SetUpAppDialog
            registration={registration}
            token={login}
            onConfirmed={() => {
              setRegistration(undefined)
              goOn(registration.recoveryCodes)
            }}
            onClose={() => setRegistration(undefined)}
          />
        )}
      </Suspense>
      {codes && (
        <RecoveryCodesDialog
          codes={codes}
          onDone={() => {
            setCodes(undefined)
            entering.mutate()
          }}
        />
      )}
    </div>
  )
}

function hintOf(methods: Method[]): string {
  if (methods.length > 1) return text.setUpFactor.hint
  return methods[0] === 'webauthn' ? text.setUpFactor.hintPasskey : text.setUpFactor.hintApp
}
