import { useQueryClient } from '@tanstack/react-query'

import { meQuery } from '~/api/account'
import { signedOut } from '~/api/session'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import styles from './sign-in-again.module.css'
import { SignInForm } from './sign-in-form'

/** Asks for the password over the page as it is, when the session ended while somebody works. */
export function SignInAgain() {
  const me = useQueryClient().getQueryData(meQuery.queryKey)
  return (
    <Dialog
      title={text.login.again}
      hint={text.login.againHint}
      guarded
      onClose={() => undefined}
      footer={
        <Button look="quiet" onClick={signedOut}>
          {text.login.leave}
        </Button>
      }
    >
      <div className={styles.form}>
        <SignInForm email={me?.email} onDone={() => undefined} />
      </div>
    </Dialog>
  )
}
