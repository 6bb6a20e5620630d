import { useState } from 'react'

import type { OrganizationIdentity } from '~/api/identities'
import { methodNamed, UNIVERSAL } from '~/lib/auth-methods'
import { ClientSecretDialog } from '../client-secret-dialog'
import { UniversalAuthDialog } from '../universal-auth-dialog'
import { AddMethod } from './add-method'
import { DetachDialog } from './detach-dialog'
import { LoginDialog } from './login-dialog'
import { AttachForm, ChangeForm } from './method-form'
import { type Doing, MethodList } from './method-list'
import { TestDialog } from './test-dialog'
import { TokensDialog } from './tokens-dialog'

type ViewOfMethod = { what: Doing | 'attach' | 'attached'; method: string }
type View = { what: 'list' } | { what: 'add' } | ViewOfMethod

/** How an identity proves who it is: one dialog at a time, and back to the list from each. */
export default function AuthMethodsSheet({
  membership,
  onClose,
}: {
  membership: OrganizationIdentity
  onClose: () => void
}) {
  const [view, setView] = useState<View>({ what: 'list' })
  const back = () => setView({ what: 'list' })
  const { identity } = membership
  if (view.what === 'add') {
    return (
      <AddMethod
        identity={identity}
        onChoose={(method) => setView({ what: 'attach', method })}
        onClose={back}
      />
    )
  }
  if (view.what === 'list') {
    return (
      <MethodList
        membership={membership}
        onOpen={(what, method) => setView({ what, method })}
        onAdd={() => setView({ what: 'add' })}
        onClose={onClose}
      />
    )
  }
  if (view.what === 'detach')
    return <DetachDialog membership={membership} method={view.method} onClose={back} />
  if (view.method === UNIVERSAL) {
    return view.what === 'secrets' ? (
      <ClientSecretDialog identity={identity} onClose={back} />
    ) : (
      <UniversalAuthDialog identity={identity} isNew={view.what === 'attach'} onClose={back} />
    )
  }
  return <OfMethod identity={identity} view={view} onView={setView} onBack={back} />
}

function OfMethod({
  identity,
  view,
  onView,
  onBack,
}: {
  identity: { id: string; name: string }
  view: ViewOfMethod
  onView: (view: ViewOfMethod) => void
  onBack: () => void
}) {
  const method = methodNamed(view.method)
  if (!method) return null
  const common = { identity, method, onClose: onBack }
  switch (view.what) {
    case 'attach': {
      const next = method.login ? 'attached' : 'tokens'
      return <AttachForm {...common} onSaved={() => onView({ what: next, method: method.name })} />
    }
    case 'change':
      return <ChangeForm {...common} onSaved={onBack} />
    case 'test':
      return <TestDialog {...common} />
    case 'tokens':
      return <TokensDialog identity={identity} onClose={onBack} />
    default:
      return (
        <LoginDialog
          {...common}
          isNew={view.what === 'attached'}
          onTest={() => onView({ what: 'test', method: method.name })}
        />
      )
  }
}
