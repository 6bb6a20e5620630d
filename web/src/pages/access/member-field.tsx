import { type Actor, type ActorType, actorOf, keyOf } from '~/lib/access'
import { text } from '~/lib/text'
import { SelectField } from '~/ui/field'
import type { Named } from './use-members'

const words = text.explain
const PARTS: [ActorType, string][] = [
  ['user', words.people],
  ['identity', words.identities],
  ['group', words.groups],
]

/** What stands for all members in the field. */
const ALL = 'all'

/** Chooses one of the members. `none` is what the empty choice means, if there is one; `all` stands for all of them. */
export function MemberField({
  label,
  members,
  chosen,
  none,
  all,
  onChoose,
}: {
  label: string
  members: Named[]
  chosen: Actor | undefined
  none?: string
  all?: { label: string; isChosen: boolean; onChoose: () => void } | undefined
  onChoose: (member: Actor | undefined) => void
}) {
  const isListed = !chosen || members.some((one) => keyOf(one) === keyOf(chosen))
  return (
    <SelectField
      label={label}
      value={all?.isChosen ? ALL : chosen ? keyOf(chosen) : ''}
      onChange={({ target }) =>
        all && target.value === ALL ? all.onChoose() : onChoose(actorOf(target.value))
      }
    >
      {none !== undefined && <option value="">{none}</option>}
      {all && <option value={ALL}>{all.label}</option>}
      {PARTS.map(([type, name]) => {
        const some = members.filter((one) => one.type === type)
        return (
          some.length > 0 && (
            <optgroup key={type} label={name}>
              {some.map((one) => (
                <option key={one.id} value={keyOf(one)}>
                  {one.name}
                </option>
              ))}
            </optgroup>
          )
        )
      })}
      {chosen && !isListed && <option value={keyOf(chosen)}>{words.unknown(chosen.type)}</option>}
    </SelectField>
  )
}
