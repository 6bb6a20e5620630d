import { useQuery } from '@tanstack/react-query'

import { authMethodQuery } from '~/api/auth-methods'
import { errorText } from '~/api/client'
import type { AuthMethod } from '~/lib/auth-methods/method'
import { BASE } from '~/lib/base'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Button } from '~/ui/button'
import { CodeBlock } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { Failure, Note, Skeleton } from '~/ui/page'

/** Commands that log in as this identity, to be pasted where it runs. */
export function LoginDialog({
  identity,
  method,
  isNew,
  onTest,
  onClose,
}: {
  identity: { id: string }
  method: AuthMethod
  /** Whether it was attached just now. */
  isNew: boolean
  onTest: () => void
  onClose: () => void
}) {
  const found = useQuery(authMethodQuery(identity.id, method))
  const title = text.identities.methods[method.name] ?? method.name
  const example =
    found.data &&
    method.login?.({ url: location.origin + BASE, identity: identity.id, settings: found.data.settings })
  return (
    <Dialog
      title={words.loginTitle(title)}
      hint={example && (words.proofs[example.where] ?? '')}
      shape="wide"
      onClose={onClose}
      footer={
        <>
          {method.proof && <Button onClick={onTest}>{words.testSubmit}</Button>}
          <Button look="primary" autoFocus onClick={onClose}>
            {words.back}
          </Button>
        </>
      }
    >
      {isNew && (
        <div role="status">
          <Note tone="success">{words.attached(title)}</Note>
        </div>
      )}
      {found.isPending && <Skeleton rows={3} />}
      {found.error && <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />}
      {example && <CodeBlock text={example.commands} what={words.command} />}
      {example && <p>{words.answer}</p>}
    </Dialog>
  )
}
