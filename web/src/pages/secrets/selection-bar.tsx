import { Download, Trash2, X } from 'lucide-react'

import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import styles from './secrets-page.module.css'

/** What can be done with the selected keys. */
export function SelectionBar(props: {
  count: number
  onDelete: () => void
  onExport: () => void
  onClear: () => void
}) {
  return (
    <section className={styles.selection} aria-label={text.selection.chosen(props.count)}>
      <p>{text.selection.chosen(props.count)}</p>
      <Button look="quiet" icon={<Trash2 size={15} />} onClick={props.onDelete}>
        {text.selection.delete}
      </Button>
      <Button look="quiet" icon={<Download size={15} />} onClick={props.onExport}>
        {text.selection.export}
      </Button>
      <Button look="quiet" icon={<X size={15} />} onClick={props.onClear}>
        {text.selection.clear}
      </Button>
    </section>
  )
}
