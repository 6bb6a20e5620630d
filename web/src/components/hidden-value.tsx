import { Copy, Eye, EyeOff } from 'lucide-react'
import { type ReactNode, useState } from 'react'

import { errorText } from '~/api/client'
import { copySecret } from '~/lib/clipboard'
import { text } from '~/lib/text'
import { useShown } from '~/lib/use-shown'
import { IconButton } from '~/ui/button'
import { PlainValue } from '~/ui/difference'
import { toast } from '~/ui/toast'
import styles from './hidden-value.module.css'

/** As many dots whatever the value is: its length is nobody's business. */
export const MASK = '••••••••'

/** Stands for a value that is not shown. */
export const Mask = () => (
  <span className={styles.mask}>
    <span aria-hidden="true">{MASK}</span>
    <span className="visually-hidden">{text.grid.hidden}</span>
  </span>
)

/** Copies the value of a secret and says whether that worked. */
export async function copyAndSay(value: string, key: string) {
  if (await copySecret(value)) toast(text.grid.copied(key))
  else toast(text.grid.copyFailed, { tone: 'danger' })
}

type HiddenProps<T> = {
  /** What is hidden, for the names of the buttons. */
  what: string
  /** Asks the server for it, which the audit log records. */
  load: () => Promise<T>
  children: (loaded: T) => ReactNode
}

/** Something made of values that stays on the server until somebody wants to see it, and goes again by itself. */
export function Hidden<T>({ what, load, children }: HiddenProps<T>) {
  const { shown, toggle, busy } = useRevealOne(load)
  return (
    <div className={styles.line}>
      <div className={styles.value}>{shown ? children(shown.loaded) : <Mask />}</div>
      <RevealButton what={what} isShown={Boolean(shown)} busy={busy} onClick={toggle} />
    </div>
  )
}

/** One value behind its mask, with buttons to reveal and to copy it. */
export function HiddenValue({ what, load }: { what: string; load: () => Promise<string> }) {
  const { shown, toggle, busy } = useRevealOne(load)
  const copy = () =>
    load().then(
      (value) => copyAndSay(value, what),
      (error) => toast(errorText(error), { tone: 'danger' }),
    )
  return (
    <div className={styles.line}>
      <div className={styles.value}>
        {shown ? <PlainValue value={shown.loaded} empty={text.grid.empty} /> : <Mask />}
      </div>
      <RevealButton what={what} isShown={Boolean(shown)} busy={busy} onClick={toggle} />
      <IconButton label={`${text.grid.copy} ${what}`} icon={<Copy size={15} />} onClick={() => void copy()} />
    </div>
  )
}

function RevealButton(props: { what: string; isShown: boolean; busy: boolean; onClick: () => void }) {
  return (
    <IconButton
      label={`${props.isShown ? text.grid.hide : text.grid.reveal} ${props.what}`}
      icon={props.isShown ? <EyeOff size={15} /> : <Eye size={15} />}
      disabled={props.busy}
      onClick={props.onClick}
    />
  )
}

/** Reveals and hides one thing; what went wrong is said in a corner of the page. */
function useRevealOne<T>(load: () => Promise<T>) {
  const { shown, show, hide } = useShown<{ loaded: T }>()
  const [busy, setBusy] = useState(false)
  const toggle = async () => {
    if (shown.has('')) return hide('')
    setBusy(true)
    try {
      show('', { loaded: await load() })
    } catch (error) {
      toast(errorText(error), { tone: 'danger' })
    }
    setBusy(false)
  }
  return { shown: shown.get(''), toggle: () => void toggle(), busy }
}
