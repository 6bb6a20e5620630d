import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'

import { authMethodQuery, useClearLockouts, useLatestLogins } from '~/api/auth-methods'
import { errorText } from '~/api/client'
import type { OrganizationIdentity } from '~/api/identities'
import { methodNamed, UNIVERSAL } from '~/lib/auth-methods'
import { whoIsLetIn } from '~/lib/auth-methods/draft'
import type { AuthMethod } from '~/lib/auth-methods/method'
import { fullTime, timeAgo } from '~/lib/dates'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { Failure, Note, Skeleton } from '~/ui/page'
import { toast } from '~/ui/toast'
import styles from './auth-methods.module.css'

/** What can be done with a method. */
export type Doing = 'change' | 'test' | 'login' | 'tokens' | 'secrets' | 'detach'
/** The methods that wrong passwords lock for a while. */
const LOCKING = [UNIVERSAL, 'ldap-auth']
type Open = (what: Doing, method: string) => void

/** The auth methods of an identity: what each lets in, when it was last used, what can be done with it. */
export function MethodList({
  membership,
  onOpen,
  onAdd,
  onClose,
}: {
  membership: OrganizationIdentity
  onOpen: Open
  onAdd: () => void
  onClose: () => void
}) {
  const { identity } = membership
  useLatestLogins()
  return (
    <Dialog
      title={words.title(identity.name)}
      hint={words.hint}
      shape="sheet"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.common.close}</Button>
          <Button look="primary" autoFocus icon={<Plus size={16} />} onClick={onAdd}>
            {words.add}
          </Button>
        </>
      }
    >
      {identity.authMethods.length === 0 && <Note>{words.none}</Note>}
      <ul className={styles.list}>
        {identity.authMethods.map((name) => (
          <MethodItem key={name} name={name} membership={membership} onOpen={onOpen} />
        ))}
      </ul>
    </Dialog>
  )
}

function MethodItem({
  name,
  membership,
  onOpen,
}: {
  name: string
  membership: OrganizationIdentity
  onOpen: Open
}) {
  const { identity, lastLoginAuthMethod, lastLoginTime } = membership
  const method = methodNamed(name)
  const title = text.identities.methods[name] ?? name
  const isKnown = method !== undefined || name === UNIVERSAL
  return (
    <li className={styles.method}>
      <div className={styles.head}>
        <h3>{title}</h3>
        {lastLoginTime && lastLoginAuthMethod === name && (
          <span title={fullTime(lastLoginTime)}>
            <Badge tone="success">{words.lastLogin(timeAgo(lastLoginTime))}</Badge>
          </span>
        )}
      </div>
      {name === UNIVERSAL && <p>{words.universal}</p>}
      {method?.fields.length === 0 && <p>{words.token}</p>}
      {method && method.fields.length > 0 && <WhoIsLetIn identity={identity.id} method={method} />}
      {isKnown ? (
        <div className={styles.buttons}>
          {name === UNIVERSAL && <Button onClick={() => onOpen('secrets', name)}>{words.secrets}</Button>}
          {method?.fields.length === 0 && (
            <Button onClick={() => onOpen('tokens', name)}>{words.tokens}</Button>
          )}
          <Button aria-label={words.changeOf(title)} onClick={() => onOpen('change', name)}>
            {words.change}
          </Button>
          {method?.proof && (
            <Button aria-label={words.testOf(title)} onClick={() => onOpen('test', name)}>
              {words.test}
            </Button>
          )}
          {method?.login && (
            <Button aria-label={words.loginOf(title)} onClick={() => onOpen('login', name)}>
              {words.login}
            </Button>
          )}
          {LOCKING.includes(name) && <ClearLockouts identity={identity.id} method={name} title={title} />}
          <Button look="quiet" aria-label={words.detachOf(title)} onClick={() => onOpen('detach', name)}>
            {words.detach}
          </Button>
        </div>
      ) : (
        <p>{words.unknown}</p>
      )}
    </li>
  )
}

/** Lets logins be tried again that too many wrong passwords have locked. */
function ClearLockouts({ identity, method, title }: { identity: string; method: string; title: string }) {
  const clear = useClearLockouts(identity)
  const run = () =>
    clear.mutate(method, {
      onSuccess: ({ deleted }) => toast(deleted > 0 ? words.lockoutCleared : words.noLockout),
      onError: (error) => toast(errorText(error), { tone: 'danger' }),
    })
  return (
    <Button busy={clear.isPending} aria-label={words.clearLockoutOf(title)} onClick={run}>
      {words.clearLockout}
    </Button>
  )
}

function WhoIsLetIn({ identity, method }: { identity: string; method: AuthMethod }) {
  const found = useQuery(authMethodQuery(identity, method))
  if (found.isPending) return <Skeleton rows={2} />
  if (found.error) return <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
  return (
    <dl className={styles.facts}>
      {whoIsLetIn(method.fields, found.data.settings).map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
