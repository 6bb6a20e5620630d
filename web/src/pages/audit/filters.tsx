import { useQuery } from '@tanstack/react-query'

import { identitiesQuery } from '~/api/identities'
import { organizationPeopleQuery } from '~/api/people'
import { projectsQuery } from '~/api/projects'
import {
  type AuditFilter,
  type FilterName,
  GROUPS,
  type Group,
  hiddenCount,
  RANGES,
  type Range,
  SOURCES,
} from '~/lib/audit-filter'
import { text } from '~/lib/text'
import { Advanced, CheckField, SelectField, TextField } from '~/ui/field'
import styles from './audit-page.module.css'

type FiltersProps = {
  organization: string
  filter: AuditFilter
  onChange: (part: Partial<AuditFilter>) => void
  isUtc: boolean
  onUtc: (isUtc: boolean) => void
  isWatching: boolean
  onWatching: (isWatching: boolean) => void
}

const RESULTS = ['', 'allowed', 'denied'] as const

/** Time first, then who, what and where; the rarer ones folded away. */
export function Filters(props: FiltersProps) {
  const { filter, onChange } = props
  const count = hiddenCount(filter)
  const of = (name: FilterName) => ({
    value: filter[name],
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value }),
  })
  return (
    <search className={styles.filters}>
      <div className={styles.tools}>
        <SelectField label={text.audit.range} {...of('range')}>
          {[...(Object.keys(RANGES) as Range[]), 'custom' as const].map((key) => (
            <option key={key} value={key}>
              {text.audit.ranges[key]}
            </option>
          ))}
        </SelectField>
        {filter.range === 'custom' && (
          <>
            <TextField label={text.audit.from} type="datetime-local" {...of('from')} />
            <TextField label={text.audit.to} type="datetime-local" {...of('to')} />
          </>
        )}
        <ActorField organization={props.organization} {...of('actor')} />
        <SelectField label={text.audit.group} {...of('group')}>
          <option value="">{text.audit.everything}</option>
          {(Object.keys(GROUPS) as Group[]).map((key) => (
            <option key={key} value={key}>
              {text.audit.groups[key]}
            </option>
          ))}
        </SelectField>
        <ProjectField {...of('project')} />
        <SelectField label={text.audit.result} {...of('result')}>
          {RESULTS.map((key) => (
            <option key={key} value={key}>
              {text.audit.results[key]}
            </option>
          ))}
        </SelectField>
      </div>
      <Advanced label={count ? text.audit.moreSet(count) : text.audit.more}>
        <div className={styles.tools}>
          <TextField label={text.audit.event} placeholder={text.audit.eventPlaceholder} {...of('event')} />
          <TextField label={text.audit.environment} placeholder="prod" {...of('environment')} />
          <TextField label={text.audit.path} placeholder="/app" {...of('path')} />
          <TextField label={text.audit.secret} placeholder="API_KEY" {...of('secret')} />
          <SelectField label={text.audit.source} {...of('source')}>
            <option value="">{text.audit.anySource}</option>
            {SOURCES.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </SelectField>
          <TextField label={text.audit.address} placeholder="10.0.0.1" {...of('address')} />
        </div>
      </Advanced>
      <div className={styles.switches}>
        <CheckField
          label={text.audit.watch}
          hint={props.isWatching ? text.audit.watchHint : undefined}
          checked={props.isWatching}
          onChange={(event) => props.onWatching(event.target.checked)}
        />
        <CheckField
          label={text.audit.utc}
          checked={props.isUtc}
          onChange={(event) => props.onUtc(event.target.checked)}
        />
      </div>
    </search>
  )
}

type Chosen = { value: string; onChange: (event: { target: { value: string } }) => void }

/** Who did it: a person or a machine identity of the organization. */
function ActorField({ organization, ...chosen }: Chosen & { organization: string }) {
  const people = useQuery(organizationPeopleQuery(organization)).data ?? []
  const machines = useQuery(identitiesQuery(organization)).data?.identityMemberships ?? []
  const isKnown =
    people.some((one) => one.userId === chosen.value) ||
    machines.some((one) => one.identityId === chosen.value)
  return (
    <SelectField label={text.audit.actor} {...chosen}>
      <option value="">{text.audit.anyone}</option>
      {/* Somebody who has left is still in the log. */}
      {chosen.value && !isKnown && <option value={chosen.value}>{chosen.value}</option>}
      <optgroup label={text.audit.people}>
        {people.map((one) => (
          <option key={one.id} value={one.userId}>
            {one.email}
          </option>
        ))}
      </optgroup>
      <optgroup label={text.audit.machines}>
        {machines.map((one) => (
          <option key={one.id} value={one.identityId}>
            {one.identity.name}
          </option>
        ))}
      </optgroup>
    </SelectField>
  )
}

function ProjectField(chosen: Chosen) {
  const projects = useQuery(projectsQuery).data ?? []
  return (
    <SelectField label={text.audit.project} {...chosen}>
      <option value="">{text.audit.allProjects}</option>
      {projects.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </SelectField>
  )
}
