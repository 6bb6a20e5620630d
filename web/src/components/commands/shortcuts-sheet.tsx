import { lettersAreOn } from '~/lib/shortcuts'
import { text } from '~/lib/text'
import { Dialog } from '~/ui/dialog'
import { Note } from '~/ui/page'
import styles from './commands.module.css'

/** All keys of the dashboard. */
export default function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={text.shortcuts.title} hint={text.shortcuts.hint} shape="wide" onClose={onClose}>
      {!lettersAreOn() && <Note tone="warning">{text.shortcuts.off}</Note>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a small screen, so it must be reachable by keyboard */}
      <section className={styles.sheet} tabIndex={0} aria-label={text.shortcuts.title}>
        {text.shortcuts.groups.map(({ title, keys }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={does}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </section>
    </Dialog>
  )
}
