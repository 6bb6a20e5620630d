import { useQuery } from '@tanstack/react-query'
import { ShieldQuestion } from 'lucide-react'
import { Link } from 'wouter'

import { ApiError, errorText } from '~/api/client'
import { type Decision, decisionQuery } from '~/api/explain'
import { useSession } from '~/api/session'
import { fullTime } from '~/lib/dates'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import styles from '~/pages/access/explain.module.css'
import { ExplainAnswer } from '~/pages/access/explain-answer'
import { CopyLine } from '~/ui/copy'
import { EmptyState, Failure, Note, Page, Section, Skeleton } from '~/ui/page'

const words = text.decision

/** A refusal: what was asked, why it was refused then, and what the answer is now. */
export default function DecisionPage({ decision }: { decision: string }) {
  const found = useQuery(decisionQuery(decision))
  if (found.isPending) {
    return (
      <Page title={words.page}>
        <Skeleton />
      </Page>
    )
  }
  if (found.error instanceof ApiError && found.error.status === 404) {
    return (
      <Page title={words.page}>
        <EmptyState icon={<ShieldQuestion size={22} />} title={words.hidden} hint={words.hiddenHint}>
          <CopyLine text={decision} what={words.id} />
        </EmptyState>
      </Page>
    )
  }
  if (!found.data) {
    return (
      <Page title={words.page}>
        <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
      </Page>
    )
  }
  return <Shown decision={found.data} />
}

function Shown({ decision }: { decision: Decision }) {
  const { organizationId } = useSession()
  const { question, project, actor } = decision
  const name = actor.name ?? actor.id ?? ''
  const place =
    question?.scope === 'project' && project ? { project: project.id } : { organization: organizationId }
  return (
    <Page
      title={words.title}
      hint={decision.message}
      actions={question && <Link href={paths.explain(place, parametersOf(decision))}>{words.back}</Link>}
    >
      <dl className={styles.facts}>
        <Fact name={words.when} value={fullTime(decision.at)} />
        <Fact name={words.who} value={name} />
        <Fact name={words.project} value={project && (project.name ?? words.gone)} />
        <Fact name={words.event} value={decision.eventType} />
        <Fact name={words.asked} value={askedOf(decision)} />
        <div>
          <dt>{words.idTitle}</dt>
          <dd>
            <CopyLine text={decision.id} what={words.id} />
          </dd>
        </div>
      </dl>
      {(decision.reasons.length > 0 || decision.missingPermissions.length > 0) && (
        <Section title={words.before}>
          <Then decision={decision} />
        </Section>
      )}
      <Section title={words.now}>
        {decision.now ? (
          <ExplainAnswer answer={decision.now} who={name} heading="h3" />
        ) : (
          <Note>{words.noNow}</Note>
        )}
      </Section>
    </Page>
  )
}

const Fact = ({ name, value }: { name: string; value: string | null }) =>
  value ? (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  ) : null

function Then({ decision }: { decision: Decision }) {
  return (
    <>
      {decision.missingPermissions.length > 0 && <p>{words.missing}</p>}
      <ul className={styles.list}>
        {decision.reasons.map(({ action, rule }) => (
          <li key={action}>
            {rule ? words.deniedBy(nameOf(action)) : words.nothingAllowed(nameOf(action))}
            {rule && <code>{JSON.stringify(rule)}</code>}
          </li>
        ))}
        {decision.missingPermissions.map((one) => (
          <li key={JSON.stringify(one)}>
            <code>{JSON.stringify(one)}</code>
          </li>
        ))}
      </ul>
    </>
  )
}

const nameOf = (action: string) => text.roleEditor.actions[action] ?? action

/** "readValue on secrets in dev:/app FOO". */
function askedOf({ question }: Decision): string {
  if (!question) return ''
  const { environment, secretPath, secretName, others } = question
  const place = [environment, secretPath].filter(Boolean).join(':')
  const where = [place, secretName].filter(Boolean).join(' ')
  const more = others.map((one) => `${one.name} ${one.value}`)
  const what = `${question.action} · ${question.subject}`
  return [what, where, ...more].filter(Boolean).join(' · ')
}

/** The question for the address of Explain. */
function parametersOf({ question, actor }: Decision): Record<string, string> {
  if (!question) return {}
  const { action, subject, environment, secretPath, secretName } = question
  return {
    ...(actor.id ? { type: actor.type, id: actor.id } : {}),
    action,
    subject,
    ...(environment ? { environment } : {}),
    ...(secretPath ? { secretPath } : {}),
    ...(secretName ? { secretName } : {}),
  }
}
