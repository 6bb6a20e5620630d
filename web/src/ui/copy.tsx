import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'

import { copyText } from '~/lib/clipboard'
import { Button, IconButton } from './button'
import styles from './copy.module.css'
import { toast } from './toast'

const FAILED = 'The browser did not allow copying. Select the text and press Ctrl+C.'

function useCopy(text: string, onCopied?: () => void) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    if (await copyText(text)) {
      setCopied(true)
      onCopied?.()
    } else {
      toast(FAILED, { tone: 'danger' })
    }
  }
  return { copied, copy }
}

/** A small button that copies `text`; `what` says what that is. */
export function CopyIcon({ text, what }: { text: string; what: string }) {
  const { copied, copy } = useCopy(text)
  return (
    <IconButton
      label={copied ? `Copied ${what}` : `Copy ${what}`}
      icon={copied ? <Check size={14} /> : <Copy size={14} />}
      onClick={copy}
    />
  )
}

/** A button with words that copies `text`. */
export function CopyButton({
  text,
  label,
  look = 'plain',
  onCopied,
}: {
  text: string
  label: string
  look?: 'plain' | 'primary'
  onCopied?: () => void
}) {
  const { copied, copy } = useCopy(text, onCopied)
  return (
    <Button look={look} icon={copied ? <Check size={15} /> : <Copy size={15} />} onClick={copy}>
      {copied ? 'Copied' : label}
    </Button>
  )
}

/** An id or address that people paste elsewhere: selectable, with its copy button. */
export function CopyLine({ text, what }: { text: string; what: string }) {
  return (
    <span className={styles.line}>
      <code>{text}</code>
      <CopyIcon text={text} what={what} />
    </span>
  )
}

/** Commands to paste, as they are. */
export function CodeBlock({ text, what, onCopied }: { text: string; what: string; onCopied?: () => void }) {
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section tabIndex={0} aria-label={what}>
        <pre>{text}</pre>
      </section>
      <CopyButton text={text} label="Copy" {...(onCopied ? { onCopied } : {})} />
    </div>
  )
}
