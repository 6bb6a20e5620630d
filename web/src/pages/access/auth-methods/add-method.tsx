import { AUTH_METHODS, UNIVERSAL } from '~/lib/auth-methods'
import { text } from '~/lib/text'
import { authFields } from '~/lib/text/auth-fields'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { Note } from '~/ui/page'
import styles from './auth-methods.module.css'

const OFFERED = [{ name: UNIVERSAL, about: authFields[UNIVERSAL].about }, ...AUTH_METHODS]

/** Asks which method to attach, of those that the identity does not have. */
export function AddMethod({
  identity,
  onChoose,
  onClose,
}: {
  identity: { name: string; authMethods: string[] }
  onChoose: (method: string) => void
  onClose: () => void
}) {
  const others = OFFERED.filter(({ name }) => !identity.authMethods.includes(name))
  return (
    <Dialog
      title={words.addTitle}
      hint={words.addHint(identity.name)}
      shape="sheet"
      onClose={onClose}
      footer={<Button onClick={onClose}>{words.back}</Button>}
    >
      {others.length === 0 && <Note>{words.allAdded}</Note>}
      <ul className={styles.list}>
        {others.map(({ name, about }, at) => (
          <li key={name}>
            <button
              type="button"
              className={styles.choice}
              data-autofocus={at === 0 || undefined}
              onClick={() => onChoose(name)}
            >
              <b>{text.identities.methods[name]}</b>
              <span>{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
