import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'wouter'

import { errorText } from '~/api/client'
import { type Answer, type ExplainPlace, explainQuery, type Question } from '~/api/explain'
import { projectQuery } from '~/api/projects'
import { isActorType, keyOf } from '~/lib/access'
import { ORGANIZATION_RESOURCES, PROJECT_RESOURCES, type Resource } from '~/lib/rules'
import { text } from '~/lib/text'
import { SelectField, TextField } from '~/ui/field'
import { Form } from '~/ui/form'
import { Failure, Note, Skeleton } from '~/ui/page'
import styles from './explain.module.css'
import { ExplainAnswer } from './explain-answer'
import { MemberField } from './member-field'
import { useMembers } from './use-members'
import { WhoCanAnswer } from './who-can-answer'

const words = text.explain
const rules = text.roleEditor

/** What the address says in place of somebody if it is asked who may. */
const EVERYBODY = 'everybody'

/** Asks why somebody may do something, or not, or who may. The question is in the address, so that it can be handed on. */
export function ExplainTab({ place }: { place: ExplainPlace }) {
  const [search, setSearch] = useSearchParams()
  const asked = questionIn(search)
  const project = 'project' in place && search.get('type') === EVERYBODY ? place.project : undefined
  const answer = useQuery({
    ...explainQuery(place, asked ?? { action: 'read', subject: 'secrets' }),
    enabled: asked !== undefined && project === undefined,
  })
  const members = useMembers(place)
  const ask = (question: Question, isAboutAll: boolean) => {
    const { who, ...others } = question
    const whom: Record<string, string> = isAboutAll ? { type: EVERYBODY } : (who ?? {})
    setSearch({ selectedTab: 'explain', ...whom, ...filled(others) })
    // The same question may have another answer by now.
    if (asked && !isAboutAll && JSON.stringify(asked) === JSON.stringify(question)) void answer.refetch()
  }
  const who = asked?.who
  const name = who ? members.find((one) => keyOf(one) === keyOf(who))?.name : words.you
  return (
    <>
      <Note>{words.hint}</Note>
      <QuestionForm
        key={search.toString()}
        place={place}
        start={asked}
        startsWithAll={project !== undefined}
        busy={answer.isFetching}
        onAsk={ask}
      />
      {asked && project !== undefined && <WhoCanAnswer project={project} question={asked} />}
      {asked && project === undefined && <OneAnswer answer={answer} name={name} />}
    </>
  )
}

/** Why one may, or not. */
function OneAnswer({ answer, name }: { answer: UseQueryResult<Answer>; name: string | undefined }) {
  if (answer.isPending) return <Skeleton rows={3} />
  if (answer.error) return <Failure message={errorText(answer.error)} />
  return <ExplainAnswer answer={answer.data} who={name ?? words.unknown(answer.data.who.type)} />
}

function QuestionForm({
  place,
  start,
  startsWithAll,
  busy,
  onAsk,
}: {
  place: ExplainPlace
  start: Question | undefined
  startsWithAll: boolean
  busy: boolean
  onAsk: (question: Question, isAboutAll: boolean) => void
}) {
  const isProject = 'project' in place
  const members = useMembers(place)
  const found = useQuery({ ...projectQuery(isProject ? place.project : ''), enabled: isProject })
  const resources = isProject ? PROJECT_RESOURCES : ORGANIZATION_RESOURCES
  const [question, setQuestion] = useState<Question>(
    start ??
      (isProject ? { subject: 'secrets', action: 'readValue' } : { subject: 'workspace', action: 'read' }),
  )
  const [isAboutAll, setAboutAll] = useState(startsWithAll)
  const set = (change: Partial<Question>) => setQuestion({ ...question, ...change })
  const resource = resources.find((one) => one.subject === question.subject)
  const environments = found.data?.environments ?? []
  return (
    <Form
      className={styles.form}
      submit={words.submit}
      busy={busy}
      onSubmit={() => onAsk(question, isAboutAll)}
    >
      <div className={styles.fields}>
        <MemberField
          label={words.who}
          members={members}
          chosen={question.who}
          none={words.myself}
          all={
            isProject && question.subject === 'secrets'
              ? { label: words.everybody, isChosen: isAboutAll, onChoose: () => setAboutAll(true) }
              : undefined
          }
          onChoose={(who) => {
            const { who: _, ...others } = question
            setQuestion(who ? { ...others, who } : others)
            setAboutAll(false)
          }}
        />
        <SelectField
          label={words.action}
          value={question.action}
          onChange={(event) => set({ action: event.target.value })}
        >
          {actionsOf(resource, question.action).map((action) => (
            <option key={action} value={action}>
              {rules.actions[action] ?? action}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={words.subject}
          value={question.subject}
          onChange={(event) => {
            const next = resources.find((one) => one.subject === event.target.value)
            const action = next?.actions.includes(question.action) ? question.action : next?.actions[0]
            set({ subject: event.target.value, action: action ?? 'read' })
            setAboutAll(false)
          }}
        >
          {subjectsOf(resources, question.subject).map((subject) => (
            <option key={subject} value={subject}>
              {subject === 'workspace' && !isProject ? rules.projects : (rules.resources[subject] ?? subject)}
            </option>
          ))}
        </SelectField>
        {isProject && resource?.placed && (
          <SelectField
            label={words.environment}
            value={question.environment ?? ''}
            required={isAboutAll}
            onChange={(event) => set({ environment: event.target.value })}
          >
            <option value="">{words.anyEnvironment}</option>
            {environments.map((one) => (
              <option key={one.slug} value={one.slug}>
                {one.name}
              </option>
            ))}
          </SelectField>
        )}
        {isProject && resource?.placed && (
          <TextField
            label={words.path}
            value={question.secretPath ?? ''}
            placeholder="/"
            onChange={(event) => set({ secretPath: event.target.value })}
          />
        )}
        {isProject && question.subject === 'secrets' && (
          <TextField
            label={words.key}
            value={question.secretName ?? ''}
            hint={words.keyHint}
            onChange={(event) => set({ secretName: event.target.value })}
          />
        )}
      </div>
    </Form>
  )
}

const actionsOf = (resource: Resource | undefined, chosen: string) => {
  const known = resource?.actions ?? []
  return known.includes(chosen) ? known : [chosen, ...known]
}

const subjectsOf = (resources: readonly Resource[], chosen: string) => {
  const known = resources.map((one) => one.subject)
  return known.includes(chosen) ? known : [chosen, ...known]
}

const FIELDS = ['environment', 'secretPath', 'secretName'] as const

/** The question in the address, if there is one. */
function questionIn(search: URLSearchParams): Question | undefined {
  const action = search.get('action')
  if (!action) return undefined
  const question: Question = { action, subject: search.get('subject') ?? 'secrets' }
  const [type, id] = [search.get('type') ?? '', search.get('id')]
  if (id && isActorType(type)) question.who = { type, id }
  for (const field of FIELDS) {
    const value = search.get(field)
    if (value) question[field] = value
  }
  return question
}

const filled = (fields: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => Boolean(field[1])))
