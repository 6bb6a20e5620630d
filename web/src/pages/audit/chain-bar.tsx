import { useMutation, useQuery } from '@tanstack/react-query'
import { Download, ShieldCheck } from 'lucide-react'

import { type AuditChain, auditChainQuery, signedCheckpoint, useVerifyAudit } from '~/api/audit-chain'
import { errorText } from '~/api/client'
import { fullTime, timeAgo } from '~/lib/dates'
import { download } from '~/lib/download'
import { text } from '~/lib/text'
import { Badge } from '~/ui/badge'
import { Button } from '~/ui/button'
import { toast } from '~/ui/toast'
import styles from './audit-page.module.css'

const failed = (error: unknown) => toast(errorText(error), { tone: 'danger' })

/** Whether the log is proven, and what proves it. Shown to those who may read the log of the organization. */
export function ChainBar() {
  const chain = useQuery(auditChainQuery).data
  const verify = useVerifyAudit()
  const keep = useMutation({
    mutationFn: signedCheckpoint,
    onSuccess: (line) => download(`${line}\n`, 'audit-checkpoint.txt'),
    onError: failed,
  })
  if (!chain) return null
  const isRunning = chain.runningAt !== null
  return (
    <section className={styles.chain} aria-label={text.audit.chain.title}>
      <p role="status">
        <Outcome chain={chain} />
      </p>
      <Button
        busy={isRunning || verify.isPending}
        onClick={() => verify.mutate(undefined, { onError: failed })}
      >
        <ShieldCheck size={15} /> {text.audit.chain.verify}
      </Button>
      <Button busy={keep.isPending} onClick={() => keep.mutate()}>
        <Download size={15} /> {text.audit.chain.checkpoint}
      </Button>
      {chain.keyFingerprint && (
        <small>
          {text.audit.chain.key} <code>{chain.keyFingerprint}</code>
        </small>
      )}
    </section>
  )
}

function Outcome({ chain }: { chain: AuditChain }) {
  if (chain.runningAt !== null)
    return <Badge tone="accent">{text.audit.chain.running(chain.runningAt, chain.lastSequence)}</Badge>
  const last = chain.verification
  if (!last) return <Badge>{text.audit.chain.unknown}</Badge>
  if (last.fault)
    return (
      <>
        <Badge tone="danger">{text.audit.chain.broken(last.faultSequence ?? 0)}</Badge> {last.fault}
      </>
    )
  return (
    <>
      <Badge tone="success">{text.audit.chain.proven(last.sequence)}</Badge>{' '}
      <span title={fullTime(last.at)}>{timeAgo(last.at)}</span>
      {last.pruned > 0 && <> {text.audit.chain.pruned(last.pruned)}</>}
    </>
  )
}
