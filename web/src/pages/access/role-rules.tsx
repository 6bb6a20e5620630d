import { useQuery } from '@tanstack/react-query'
import { ArrowUp, Plus, Trash2 } from 'lucide-react'

import { projectQuery } from '~/api/projects'
import { type Draft, type PlaceRow, PROJECT_RESOURCES, type Resource, type Row, withTick } from '~/lib/rules'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { SelectField, TextField } from '~/ui/field'
import { Note } from '~/ui/page'
import { Table } from '~/ui/table'
import styles from './role-editor.module.css'

const words = text.roleEditor
/** The actions that most resources have, each a column. */
const COLUMNS = ['read', 'create', 'edit', 'delete']
const PLACED = PROJECT_RESOURCES.filter((one) => one.placed)
const NEW_ROW: PlaceRow = {
  kind: 'place',
  denies: false,
  subject: 'secrets',
  actions: ['describeSecret', 'readValue'],
  environment: '',
  path: '',
}

const nameOfAction = (action: string) => words.actions[action] ?? action

type RulesProps = { draft: Draft; onChange: (draft: Draft) => void }

/** Resources down, actions across: what is allowed everywhere. */
export function AllowTable({
  resources,
  draft,
  isProject,
  onChange,
}: RulesProps & { resources: readonly Resource[]; isProject: boolean }) {
  const nameOf = (subject: string) =>
    subject === 'workspace' && !isProject ? words.projects : (words.resources[subject] ?? subject)
  const tick = (resource: Resource, action: string) => (
    <input
      type="checkbox"
      aria-label={words.tick(nameOf(resource.subject), nameOfAction(action))}
      checked={draft.allows[resource.subject]?.includes(action) ?? false}
      onChange={(event) => onChange(withTick(draft, resource, action, event.target.checked))}
    />
  )
  return (
    <section className={styles.part}>
      <h3>{words.allowed}</h3>
      <Table label={words.allowed} head={[words.resource, ...COLUMNS.map(nameOfAction), words.also]}>
        {resources.map((resource) => (
          <tr key={resource.subject}>
            <th scope="row" className={styles.resource}>
              {nameOf(resource.subject)}
            </th>
            {COLUMNS.map((action) => (
              <td key={action} className={styles.tick}>
                {resource.actions.includes(action) && tick(resource, action)}
              </td>
            ))}
            <td>
              <div className={styles.also}>
                {resource.actions
                  .filter((action) => !COLUMNS.includes(action))
                  .map((action) => (
                    <span key={action} className={styles.labelled}>
                      {tick(resource, action)}
                      <span aria-hidden="true">{nameOfAction(action)}</span>
                    </span>
                  ))}
              </div>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}

/** Rules for an environment or a path, in their order. */
export function PlaceRows({
  project,
  draft,
  problemOf,
  onChange,
}: RulesProps & { project: string; problemOf: (row: number) => string | undefined }) {
  const found = useQuery(projectQuery(project))
  const environments = found.data?.environments ?? []
  const setRows = (rows: Row[]) => onChange({ ...draft, rows })
  const moveUp = (index: number) => {
    const moved = draft.rows[index]
    if (!moved) return
    const others = draft.rows.toSpliced(index, 1)
    setRows(others.toSpliced(index - 1, 0, moved))
  }
  return (
    <section className={styles.part}>
      <h3>{words.rows}</h3>
      <p className={styles.hint}>{words.rowsHint}</p>
      {draft.rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no other name than their place
        <fieldset key={index} className={styles.row}>
          <legend className="visually-hidden">{words.rowTitle(index + 1)}</legend>
          {row.kind === 'place' ? (
            <PlaceFields
              row={row}
              environments={environments}
              onChange={(next) => setRows(draft.rows.with(index, next))}
            />
          ) : (
            <div>
              <code className={styles.other}>{JSON.stringify(row.rule)}</code>
              <p className={styles.hint}>{words.other}</p>
            </div>
          )}
          <div className={styles.rowActions}>
            {index > 0 && (
              <IconButton
                label={words.moveUp(index + 1)}
                icon={<ArrowUp size={16} />}
                onClick={() => moveUp(index)}
              />
            )}
            <IconButton
              label={words.removeRow(index + 1)}
              icon={<Trash2 size={16} />}
              onClick={() => setRows(draft.rows.toSpliced(index, 1))}
            />
          </div>
          <RowProblem problem={problemOf(index)} />
        </fieldset>
      ))}
      <div>
        <Button icon={<Plus size={16} />} onClick={() => setRows([...draft.rows, NEW_ROW])}>
          {words.addRow}
        </Button>
      </div>
    </section>
  )
}

const RowProblem = ({ problem }: { problem: string | undefined }) =>
  problem ? (
    <div role="alert" className={styles.problem}>
      <Note tone="danger">{problem}</Note>
    </div>
  ) : null

function PlaceFields({
  row,
  environments,
  onChange,
}: {
  row: PlaceRow
  environments: { slug: string; name: string }[]
  onChange: (row: PlaceRow) => void
}) {
  const resource = PLACED.find((one) => one.subject === row.subject)
  const isGone = row.environment !== '' && !environments.some((one) => one.slug === row.environment)
  const toggle = (action: string, isChosen: boolean) => {
    const chosen = isChosen ? [...row.actions, action] : row.actions.filter((one) => one !== action)
    onChange({ ...row, actions: resource?.actions.filter((one) => chosen.includes(one)) ?? chosen })
  }
  const chooseSubject = (subject: string) => {
    const actions = PLACED.find((one) => one.subject === subject)?.actions ?? []
    const kept = row.actions.filter((action) => actions.includes(action))
    onChange({ ...row, subject, actions: kept.length > 0 ? kept : actions.slice(0, 1) })
  }
  return (
    <div className={styles.fields}>
      <div className={styles.place}>
        <SelectField
          label={words.effect}
          value={row.denies ? 'deny' : 'allow'}
          onChange={(event) => onChange({ ...row, denies: event.target.value === 'deny' })}
        >
          <option value="allow">{words.allow}</option>
          <option value="deny">{words.deny}</option>
        </SelectField>
        <SelectField
          label={words.resource}
          value={row.subject}
          onChange={(event) => chooseSubject(event.target.value)}
        >
          {PLACED.map((one) => (
            <option key={one.subject} value={one.subject}>
              {words.resources[one.subject]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={words.environment}
          value={row.environment}
          onChange={(event) => onChange({ ...row, environment: event.target.value })}
        >
          <option value="">{words.anyEnvironment}</option>
          {environments.map((one) => (
            <option key={one.slug} value={one.slug}>
              {one.name}
            </option>
          ))}
          {isGone && <option value={row.environment}>{row.environment}</option>}
        </SelectField>
        <TextField
          label={words.path}
          value={row.path}
          placeholder="/app/**"
          title={words.pathHint}
          onChange={(event) => onChange({ ...row, path: event.target.value })}
        />
      </div>
      <div className={styles.also}>
        {resource?.actions.map((action) => (
          <label key={action} className={styles.labelled}>
            <input
              type="checkbox"
              checked={row.actions.includes(action)}
              onChange={(event) => toggle(action, event.target.checked)}
            />
            {nameOfAction(action)}
          </label>
        ))}
      </div>
      {row.actions.length === 0 && <p className={styles.hint}>{words.noAction}</p>}
    </div>
  )
}
