import { Check, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { type Judged, judgeProof } from '~/api/auth-methods'
import { errorText } from '~/api/client'
import type { AuthMethod, ProofField } from '~/lib/auth-methods/method'
import { readProof, sayCheck } from '~/lib/auth-methods/proof'
import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { TextArea, TextField } from '~/ui/field'
import { Failure, Note } from '~/ui/page'
import styles from './auth-methods.module.css'

type Outcome = { is: 'judged'; judged: Judged } | { is: 'failed'; message: string }

/**
 * Judges what is pasted as a login would be judged. It is in the fields until it is sent and nowhere afterwards, neither
 * here nor in what the page remembers of its requests.
 */
export function TestDialog({
  identity,
  method,
  onClose,
}: {
  identity: { id: string }
  method: AuthMethod
  onClose: () => void
}) {
  const fields = method.proof ?? []
  const [round, setRound] = useState(0)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const [outcome, setOutcome] = useState<Outcome>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const submit = async (form: FormData) => {
    const read = readProof(fields, (name) => String(form.get(`proof.${name}`) ?? ''))
    setProblem('problem' in read ? read.problem : '')
    if ('problem' in read) return
    setRound((before) => before + 1)
    setBusy(true)
    setOutcome(undefined)
    const controller = new AbortController()
    running.current = controller
    try {
      const judged = await judgeProof(identity.id, method.name, read.proof, controller.signal)
      setOutcome({ is: 'judged', judged })
    } catch (error) {
      if (!controller.signal.aborted) setOutcome({ is: 'failed', message: errorText(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={words.testTitle(text.identities.methods[method.name] ?? method.name)}
      hint={words.testHint}
      shape="sheet"
      onClose={onClose}
      onSubmit={(form) => void submit(form)}
      footer={
        <>
          <Button onClick={onClose}>{words.back}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {words.testSubmit}
          </Button>
        </>
      }
    >
      <div key={round} className={styles.stack}>
        {fields.map((field, at) => (
          <Proof key={field.name} field={field} problem={problem} autoFocus={at === 0} />
        ))}
      </div>
      <div role="status">
        {outcome?.is === 'failed' && <Failure message={outcome.message} />}
        {outcome?.is === 'judged' && <Verdict method={method.name} judged={outcome.judged} />}
      </div>
    </Dialog>
  )
}

function Proof({ field, problem, autoFocus }: { field: ProofField; problem: string; autoFocus: boolean }) {
  const common = {
    label: field.label,
    hint: field.help,
    name: `proof.${field.name}`,
    required: true,
    autoFocus,
  }
  if (field.kind === 'text') return <TextField {...common} />
  if (field.kind === 'secret') return <TextField {...common} type="password" autoComplete="new-password" />
  return (
    <TextArea
      {...common}
      className={styles.mono}
      rows={field.kind === 'request' ? 8 : 6}
      placeholder={field.example}
      autoComplete="off"
      error={field.kind === 'request' && problem ? problem : undefined}
    />
  )
}

/** What was looked at, in order: ticks, and a cross at what failed. */
function Verdict({ method, judged: { accepted, subject, checks } }: { method: string; judged: Judged }) {
  return (
    <>
      <Note tone={accepted ? 'success' : 'danger'}>
        {accepted ? words.accepted(subject ?? '') : words.refused}
      </Note>
      <ul className={styles.checks} aria-label={words.checks}>
        {checks.map(({ name, passed, detail }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a check may come twice, and they never move
          <li key={at}>
            {passed ? (
              <Check size={16} className={styles.passed} role="img" aria-label={words.passed} />
            ) : (
              <X size={16} className={styles.failed} role="img" aria-label={words.failed} />
            )}
            <div>
              {sayCheck(method, name, passed)}
              {detail && <span className={styles.detail}>{detail}</span>}
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
