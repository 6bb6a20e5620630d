import { encode } from 'uqr'

import { problemOf } from '~/api/client'
import { type Registration, useConfirm } from '~/api/second-factor'
import { secretOf } from '~/lib/otp-url'
import { text } from '~/lib/text'
import { CopyLine } from '~/ui/copy'
import { TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { toast } from '~/ui/toast'
import styles from './second-factor.module.css'

/** Shows the secret of a new authenticator app, drawn here, and takes its first code. */
export default function SetUpAppDialog({
  registration,
  token,
  onConfirmed,
  onClose,
}: {
  registration: Registration
  /** Of a sign-in that is not in force yet. */
  token?: string
  onConfirmed: () => void
  onClose: () => void
}) {
  const confirm = useConfirm(token)
  const secret = secretOf(registration.otpUrl)
  return (
    <FormDialog
      title={text.secondFactor.setUp}
      hint={text.secondFactor.setUpHint}
      submit={text.secondFactor.turnOn}
      cancel={text.common.cancel}
      busy={confirm.isPending}
      error={problemOf(confirm.error)}
      // Once it is confirmed this dialog may be off the page, so the mutation's own callback might not run.
      onSubmit={(form) =>
        void confirm.mutateAsync(String(form.get('code'))).then(
          () => {
            toast(text.secondFactor.turnedOn)
            onConfirmed()
          },
          () => undefined,
        )
      }
      onClose={onClose}
    >
      <QrCode text={registration.otpUrl} />
      <p className={styles.byHand}>
        {text.secondFactor.byHand}
        <CopyLine text={secret} what={text.secondFactor.byHand} />
      </p>
      <TextField
        label={text.secondFactor.first}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9 ]*"
        required
      />
    </FormDialog>
  )
}

/** Dark on light in every theme, because readers need that. */
function QrCode({ text: content }: { text: string }) {
  const { data, size } = encode(content, { border: 2 })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return (
    <svg
      role="img"
      aria-label={text.secondFactor.qr}
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join('')} fill="#000" />
    </svg>
  )
}
