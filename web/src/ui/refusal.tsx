import { BASE } from '~/lib/base'
import { paths } from '~/lib/paths'
import { decisionOf } from '~/lib/refusals'
import { text } from '~/lib/text'
import { CopyIcon } from './copy'
import styles from './refusal.module.css'

/**
 * Under the text of a refusal: the id of the decision, to hand on, and the way to its reasons. That opens in a tab of
 * its own, because changes on this page may wait to be committed.
 */
export function RefusalLine({ message }: { message: string }) {
  const decision = decisionOf(message)
  if (!decision) return null
  return (
    <span className={styles.line}>
      <a href={BASE + paths.decision(decision)} target="_blank" rel="noreferrer">
        {text.decision.why}
      </a>
      <CopyIcon text={decision} what={text.decision.id} />
    </span>
  )
}
