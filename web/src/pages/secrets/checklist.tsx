import { useQuery } from '@tanstack/react-query'
import { Check, Circle, X } from 'lucide-react'
import type { ReactNode } from 'react'

import { meQuery } from '~/api/account'
import { machineReadQuery } from '~/api/audit'
import { projectIdentitiesQuery } from '~/api/identities'
import { preferencesQuery, usePrefer } from '~/api/preferences'
import { nextStep, type StepName, stepsOf } from '~/lib/checklist'
import { classNames } from '~/lib/class-names'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import styles from './checklist.module.css'

type ChecklistProps = {
  project: string
  hasSecrets: boolean
  onAdd: () => void
  onConnect: () => void
}

/** The first steps with a project, each done in place, until all are done or it is dismissed. */
export default function Checklist({ project, hasSecrets, onAdd, onConnect }: ChecklistProps) {
  const preferences = useQuery(preferencesQuery)
  const prefer = usePrefer()
  const isShown = preferences.data !== undefined && !preferences.data.dismissed?.includes(project)
  const me = useQuery({ ...meQuery, enabled: isShown })
  const apps = useQuery({ ...projectIdentitiesQuery(project), enabled: isShown })
  const hasApps = Boolean(apps.data?.totalCount)
  const read = useQuery({ ...machineReadQuery(project), enabled: isShown && hasApps })
  const steps = stepsOf({
    add: hasSecrets,
    connect: apps.error ? undefined : hasApps,
    read: apps.error || read.error ? undefined : Boolean(read.data),
    // The files are those of the server's operator.
    backup: me.data?.superAdmin ? Boolean(preferences.data?.hasBackup) : undefined,
  })
  const next = nextStep(steps)
  if (!isShown || apps.isPending || me.isPending || !next) return null

  const dismiss = () =>
    prefer.mutate(({ dismissed = [] }) => ({ dismissed: [...new Set([...dismissed, project])] }))
  const doing: Record<StepName, ReactNode> = {
    add: <Button onClick={onAdd}>{text.checklist.add}</Button>,
    connect: <Button onClick={onConnect}>{text.checklist.connect}</Button>,
    read: <p className={styles.hint}>{text.checklist.readHint}</p>,
    backup: (
      <>
        <p className={styles.hint}>{text.checklist.backupHint}</p>
        <Button busy={prefer.isPending} onClick={() => prefer.mutate(() => ({ hasBackup: true }))}>
          {text.checklist.backupDone}
        </Button>
      </>
    ),
  }
  const count = steps.filter((one) => one.isDone).length
  return (
    <section className={styles.checklist} aria-label={text.checklist.title}>
      <h2>{text.checklist.title}</h2>
      <ol>
        {steps.map(({ name, isDone }) => (
          <li
            key={name}
            className={classNames(isDone && styles.done)}
            aria-current={name === next ? 'step' : undefined}
          >
            {isDone ? <Check size={15} aria-hidden="true" /> : <Circle size={15} aria-hidden="true" />}
            {text.checklist[name]}
            {isDone && <span className="visually-hidden">{text.checklist.done}</span>}
          </li>
        ))}
      </ol>
      <div className={styles.next}>{doing[next]}</div>
      <p className="visually-hidden" role="status">
        {text.checklist.progress(count, steps.length)}
      </p>
      <IconButton label={text.checklist.dismiss} icon={<X size={15} />} onClick={dismiss} />
    </section>
  )
}
