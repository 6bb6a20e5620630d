import { Check, X } from 'lucide-react'

import type { Answer, Source, Verdict } from '~/api/explain'
import { fullTime } from '~/lib/dates'
import { text } from '~/lib/text'
import { Table } from '~/ui/table'
import styles from './explain.module.css'

const words = text.explain

const nameOfAction = (action: string) => text.roleEditor.actions[action] ?? action

/** Yes or no, by which rule, by whom it was given, and what would change it. */
export function ExplainAnswer({
  answer,
  who,
  heading: Heading = 'h2',
}: {
  answer: Answer
  who: string
  /** What its parts are titled with, one below the title they stand under. */
  heading?: 'h2' | 'h3'
}) {
  return (
    <section className={styles.answer} aria-label={words.tab}>
      <p className={`${styles.verdict} ${answer.isAllowed ? styles.yes : styles.no}`} role="status">
        {answer.isAllowed ? <Check size={18} /> : <X size={18} />}
        {answer.isAllowed ? words.yes(who) : words.no(who)}
      </p>
      <div>
        <Heading>{words.because}</Heading>
        <ul className={styles.list}>
          {answer.parts.map((part) => (
            <Deciding key={part.action} answer={answer} part={part} />
          ))}
        </ul>
      </div>
      <div>
        <Heading>{words.change}</Heading>
        <ul className={styles.list}>
          {changesOf(answer).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
      <div>
        <Heading>{words.all}</Heading>
        <Sources sources={answer.sources} />
      </div>
    </section>
  )
}

function Deciding({ answer, part }: { answer: Answer; part: Answer['parts'][number] }) {
  const action = nameOfAction(part.action)
  const source = part.decidedBy === null ? undefined : answer.sources[part.decidedBy]
  if (!source) return <li>{words.nothing(action)}</li>
  const verdict = source.verdicts.find((one) => one.action === part.action)
  return (
    <li>
      {part.isAllowed ? words.allowedBy(action, chainOf(source)) : words.deniedBy(action, chainOf(source))}
      {verdict?.rule && <code>{JSON.stringify(verdict.rule)}</code>}
    </li>
  )
}

/** "the role reader of the group Ops, rule 2". */
function chainOf(source: Source): string {
  const by = source.givenBy === 'own' ? words.own : byGroup(source)
  return `${nameOf(source)} (${by})`
}

const nameOf = (source: Source) =>
  source.kind === 'privilege' ? words.privilege : words.role(source.role ?? '')

const byGroup = (source: Source) => (source.group ? words.ofGroup(source.group.name) : words.someGroup)

function changesOf({ sources, changes }: Answer): string[] {
  const denying = changes.deniedBy
    .map((index) => sources[index])
    .filter((source): source is Source => source !== undefined)
    .map((source) => words.takeAway(chainOf(source)))
  const roles = changes.rolesThatAllow
  return [
    ...denying,
    ...(roles.length > 0 ? [words.give(roles.join(', '))] : []),
    changes.at ? words.at(fullTime(changes.at)) : words.stays,
  ]
}

function Sources({ sources }: { sources: Source[] }) {
  return (
    <Table label={words.all} head={[words.source, words.by, words.until, words.says]}>
      {sources.map((source) => (
        <tr key={`${source.id} ${source.kind} ${source.role}`}>
          <td>{source.kind === 'privilege' ? words.privilege : source.role}</td>
          <td>{source.givenBy === 'own' ? words.own : byGroup(source)}</td>
          <td>{source.endsAt ? fullTime(source.endsAt) : words.forGood}</td>
          <td>{source.verdicts.map(saying).join(', ')}</td>
        </tr>
      ))}
    </Table>
  )
}

const saying = ({ action, verdict, ruleIndex }: Verdict) => {
  const said = `${nameOfAction(action)}: ${words.verdicts[verdict]}`
  return ruleIndex === null ? said : `${said} (${words.rule(ruleIndex + 1)})`
}
