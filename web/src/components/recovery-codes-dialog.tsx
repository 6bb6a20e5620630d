import { Download } from 'lucide-react'
import { useState } from 'react'

import { download } from '~/lib/download'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CopyButton } from '~/ui/copy'
import { Dialog } from '~/ui/dialog'
import { CheckField } from '~/ui/field'
import styles from './second-factor.module.css'

/** Shows recovery codes the one time they can be shown. Nothing closes it until they are said to be stored. */
export function RecoveryCodesDialog({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const [safe, setSafe] = useState(false)
  const lines = codes.join('\n')
  return (
    <Dialog
      title={text.secondFactor.codes}
      hint={text.secondFactor.codesHint}
      guarded
      onClose={onDone}
      footer={
        <Button look={safe ? 'primary' : 'plain'} disabled={!safe} onClick={onDone}>
          {text.secondFactor.done}
        </Button>
      }
    >
      <ol className={styles.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className={styles.actions}>
        <CopyButton
          look="primary"
          text={lines}
          label={text.secondFactor.codes}
          onCopied={() => setSafe(true)}
        />
        <Button
          icon={<Download size={15} />}
          onClick={() => {
            download(`${lines}\n`, 'tacit-recovery-codes.txt')
            setSafe(true)
          }}
        >
          {text.secondFactor.download}
        </Button>
      </div>
      <CheckField
        label={text.secondFactor.stored}
        checked={safe}
        onChange={(event) => setSafe(event.target.checked)}
      />
    </Dialog>
  )
}
