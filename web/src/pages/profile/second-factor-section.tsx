import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'

import { meQuery } from '~/api/account'
import { errorText, problemOf } from '~/api/client'
import {
  type Registration,
  secondFactorQuery,
  useRegister,
  useRemove,
  useRenewCodes,
} from '~/api/second-factor'
import { RecoveryCodesDialog } from '~/components/recovery-codes-dialog'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Confirm } from '~/ui/confirm'
import { Failure, Note, Section, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './profile-page.module.css'

const SetUpDialog = lazy(() => import('~/components/set-up-app-dialog'))

/** The person's authenticator app and recovery codes. */
export function SecondFactorSection() {
  const factor = useQuery(secondFactorQuery)
  const me = useQuery(meQuery)
  const [codes, setCodes] = useState<string[]>()
  const methods = me.data?.mfaMethods ?? []
  return (
    <Section title={text.secondFactor.title} hint={text.secondFactor.hint}>
      {factor.isPending && <Skeleton rows={1} />}
      {factor.error && <Failure message={errorText(factor.error)} />}
      {factor.data && (
        <div className={styles.form}>
          <p>
            {factor.data.isVerified || methods.length > 0 ? (
              <>
                <Badge tone="accent">{text.secondFactor.on}</Badge>{' '}
                {!factor.data.isVerified && text.secondFactor.noApp}{' '}
                {text.secondFactor.left(factor.data.recoveryCodesLeft)}
              </>
            ) : (
              text.secondFactor.off
            )}
          </p>
          <div className={styles.actions}>
            {factor.data.isVerified ? (
              <RemoveApp />
            ) : (
              <SetUpApp isFirst={methods.length === 0} onCodes={setCodes} />
            )}
            {(factor.data.isVerified || methods.length > 0) && <RenewCodes onCodes={setCodes} />}
          </div>
        </div>
      )}
      {codes && <RecoveryCodesDialog codes={codes} onDone={() => setCodes(undefined)} />}
    </Section>
  )
}

type Shown = { onCodes: (codes: string[]) => void }

function SetUpApp({ isFirst, onCodes }: Shown & { isFirst: boolean }) {
  const register = useRegister()
  const [registration, setRegistration] = useState<Registration>()
  return (
    <>
      {register.error && <Note tone="danger">{errorText(register.error)}</Note>}
      <Button
        look={isFirst ? 'primary' : 'plain'}
        busy={register.isPending}
        onClick={() => register.mutate(undefined, { onSuccess: setRegistration })}
      >
        {text.secondFactor.setUp}
      </Button>
      <Suspense fallback={null}>
        {registration && (
          <SetUpDialog
            registration={registration}
            onConfirmed={() => {
              setRegistration(undefined)
              if (registration.recoveryCodes.length) onCodes(registration.recoveryCodes)
            }}
            onClose={() => setRegistration(undefined)}
          />
        )}
      </Suspense>
    </>
  )
}

function RemoveApp() {
  const [asking, setAsking] = useState(false)
  const remove = useRemove()
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {text.secondFactor.remove}
      </Button>
      {asking && (
        <Confirm
          title={text.secondFactor.removeTitle}
          hint={text.secondFactor.removeHint}
          verb={text.secondFactor.remove}
          cancel={text.common.cancel}
          busy={remove.isPending}
          error={problemOf(remove.error)}
          // Once it is removed this part is not on the page any more, so the mutation's own callback would not run.
          onConfirm={() =>
            void remove.mutateAsync(undefined).then(
              () => toast(text.secondFactor.removed),
              () => undefined,
            )
          }
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

function RenewCodes({ onCodes }: Shown) {
  const [asking, setAsking] = useState(false)
  const renew = useRenewCodes()
  return (
    <>
      <Button onClick={() => setAsking(true)}>{text.secondFactor.renew}</Button>
      {asking && (
        <Confirm
          title={text.secondFactor.renewTitle}
          hint={text.secondFactor.renewHint}
          verb={text.secondFactor.renew}
          cancel={text.common.cancel}
          busy={renew.isPending}
          error={problemOf(renew.error)}
          onConfirm={() =>
            renew.mutate(undefined, {
              onSuccess: ({ recoveryCodes }) => {
                setAsking(false)
                onCodes(recoveryCodes)
              },
            })
          }
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
