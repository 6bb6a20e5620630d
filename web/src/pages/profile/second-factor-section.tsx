import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'

import { errorText, problemOf } from '~/api/client'
import {
  type Registration,
  type SecondFactor,
  secondFactorQuery,
  useRegister,
  useRemove,
  useRenewCodes,
} from '~/api/second-factor'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Note, Section, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './profile-page.module.css'
import { RecoveryCodesDialog } from './recovery-codes-dialog'

const SetUpDialog = lazy(() => import('./set-up-app-dialog'))

/** The person's authenticator app and recovery codes. */
export function SecondFactorSection() {
  const factor = useQuery(secondFactorQuery)
  const [codes, setCodes] = useState<string[]>()
  return (
    <Section title={text.secondFactor.title} hint={text.secondFactor.hint}>
      {factor.isPending && <Skeleton rows={1} />}
      {factor.error && <Failure message={errorText(factor.error)} />}
      {factor.data &&
        (factor.data.isVerified ? (
          <Present factor={factor.data} onCodes={setCodes} />
        ) : (
          <Absent onCodes={setCodes} />
        ))}
      {codes && <RecoveryCodesDialog codes={codes} onDone={() => setCodes(undefined)} />}
    </Section>
  )
}

type Shown = { onCodes: (codes: string[]) => void }

function Absent({ onCodes }: Shown) {
  const register = useRegister()
  const [registration, setRegistration] = useState<Registration>()
  return (
    <div className={styles.form}>
      <p>{text.secondFactor.off}</p>
      {register.error && <Note tone="danger">{errorText(register.error)}</Note>}
      <div>
        <Button
          look="primary"
          busy={register.isPending}
          onClick={() => register.mutate(undefined, { onSuccess: setRegistration })}
        >
          {text.secondFactor.setUp}
        </Button>
      </div>
      <Suspense fallback={null}>
        {registration && (
          <SetUpDialog
            registration={registration}
            onConfirmed={() => onCodes(registration.recoveryCodes)}
            onClose={() => setRegistration(undefined)}
          />
        )}
      </Suspense>
    </div>
  )
}

function Present({ factor, onCodes }: Shown & { factor: SecondFactor }) {
  const [asking, setAsking] = useState<'remove' | 'renew'>()
  const remove = useRemove()
  const renew = useRenewCodes()
  const close = () => setAsking(undefined)
  return (
    <div className={styles.form}>
      <p>
        <Badge tone="accent">{text.secondFactor.on}</Badge> {text.secondFactor.left(factor.recoveryCodesLeft)}
      </p>
      <div className={styles.actions}>
        <Button onClick={() => setAsking('renew')}>{text.secondFactor.renew}</Button>
        <Button look="danger" onClick={() => setAsking('remove')}>
          {text.secondFactor.remove}
        </Button>
      </div>
      {asking === 'remove' && (
        <Confirm
          title={text.secondFactor.removeTitle}
          hint={text.secondFactor.removeHint}
          verb={text.secondFactor.remove}
          cancel={text.common.cancel}
          busy={remove.isPending}
          error={problemOf(remove.error)}
          onConfirm={() => remove.mutate(undefined, { onSuccess: () => toast(text.secondFactor.removed) })}
          onClose={close}
        />
      )}
      {asking === 'renew' && (
        <Confirm
          title={text.secondFactor.renewTitle}
          hint={text.secondFactor.renewHint}
          verb={text.secondFactor.renew}
          cancel={text.common.cancel}
          busy={renew.isPending}
          error={problemOf(renew.error)}
          onConfirm={() =>
            renew.mutate(undefined, {
              onSuccess: (made) => {
                onCodes(made.recoveryCodes)
                close()
              },
            })
          }
          onClose={close}
        />
      )}
    </div>
  )
}
