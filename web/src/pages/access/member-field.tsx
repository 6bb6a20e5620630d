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

/** Chooses one of the members. `none` is what the empty choice means, if there is one. */
export function MemberField({
  label,
  members,
  chosen,
  none,
  onChoose,
}: {
  label: string
  members: Named[]
  chosen: Actor | undefined
  none?: string
  onChoose: (member: Actor | undefined) => void
}) {
  const isListed = !chosen || members.some((one) => keyOf(one) === keyOf(chosen))
  return (
    <SelectField
      label={label}
      value={chosen ? keyOf(chosen) : ''}
      onChange={(event) => onChoose(actorOf(event.target.value))}
    >
      {none !== undefined && <option value="">{none}</option>}
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
